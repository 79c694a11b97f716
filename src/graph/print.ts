// One line a node: `%7[2,16,32] = rmsNorm(%6, w=model.norm.weight) {eps=0.00001}`. Tests compare whole prints.
import type { Graph } from './graph.ts'
import { showShape } from './shape.ts'
import type { Tensor } from './tensor.ts'

function showTensor(t: Tensor): string {
  if (t.view) return `${showTensor(t.view.of)}${t.view.offset ? `+${t.view.offset}` : ''}${showShape(t.shape)}`
  return t.kind === 'value' ? `%${t.id}` : t.name
}

export function printGraph(g: Graph): string {
  return g.nodes
    .map((n) => {
      const outs = Object.values(n.outputs).map((t) => `%${t.id}${showShape(t.shape)}`).join(', ')
      const ins = Object.entries(n.inputs).map(([k, t]) => `${k}=${showTensor(t)}`).join(', ')
      const attrs = Object.entries(n.attrs).map(([k, v]) => `${k}=${v}`).join(', ')
      return `${outs ? `${outs} = ` : ''}${n.op.name}(${ins})${attrs ? ` {${attrs}}` : ''}`
    })
    .join('\n')
}
