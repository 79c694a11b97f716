// A model as an ONNX graph with the inputs and outputs that transformers.js and Optimum expect. Models of tokens take a cache of
// keys and values and give it back longer; models of classes read a text at once.
import type { Family } from '../families/family.ts'
import type { TensorEntry } from '../files/modelFolder.ts'
import type { OnnxModel, OnnxValue } from '../files/onnx/onnxModel.ts'
import type { Tensor } from '../graph/tensor.ts'
import { rowCount, type Cache } from './attentionNodes.ts'
import { NodeList } from './nodeList.ts'
import { OnnxTracer } from './onnxTracer.ts'
import type { FloatType } from './weightTensor.ts'

/** LayerNormalization came with it; every newer runtime reads it. */
const OPSET = 17

export interface OnnxSubject {
  readonly family: Family
  readonly config: unknown
  weight(name: string): TensorEntry
  readonly type: FloatType
  /** Of the studio, for the file's own record. */
  readonly version: string
}

const BATCH = 'batch_size'
const LENGTH = 'sequence_length'

export function traceOnnx(subject: OnnxSubject): OnnxModel {
  const { family, config, type, version, weight } = subject
  const { taskType, outputs: width } = family.dimensions(config)
  const n = new NodeList()
  const caches = taskType === 'CAUSAL_LM'
  const total = caches ? 'total_sequence_length' : LENGTH
  const inputs: OnnxValue[] = [
    { name: 'input_ids', type: 'int64', shape: [BATCH, LENGTH] },
    { name: 'attention_mask', type: 'int64', shape: [BATCH, total] },
  ]
  const outputs: OnnxValue[] = [{ name: 'logits', type: 'float', shape: taskType === 'SEQ_CLS' ? [BATCH, width] : [BATCH, LENGTH, width] }]
  if (caches) inputs.push({ name: 'position_ids', type: 'int64', shape: [BATCH, LENGTH] })

  const tracer = new OnnxTracer({
    nodes: n,
    type,
    weight,
    ids: 'input_ids',
    positions: caches ? 'position_ids' : placesInText(n),
    tokenTypes() {
      if (!inputs.some((i) => i.name === 'token_type_ids')) inputs.push({ name: 'token_type_ids', type: 'int64', shape: [BATCH, LENGTH] })
      return 'token_type_ids'
    },
    ...(caches && {
      cache(layer: number, { kvHeads, headSize }: { readonly kvHeads: number; readonly headSize: number }): Cache {
        const name = (of: string): Cache['past'] => ({ key: `${of}.${layer}.key`, value: `${of}.${layer}.value` })
        const [past, present] = [name('past_key_values'), name('present')]
        for (const which of ['key', 'value'] as const) {
          inputs.push({ name: past[which], type, shape: [BATCH, kvHeads, 'past_sequence_length', headSize] })
          outputs.push({ name: present[which], type, shape: [BATCH, kvHeads, total, headSize] })
        }
        return { past, present }
      },
    }),
  })
  const { hidden, head } = family.forward(tracer, config)
  if (taskType === 'SEQ_CLS') n.emitAs('logits', 'Identity', [head(pooled(n, hidden, family.pooled ?? 'last')).name])
  else n.emitAs('logits', 'Reshape', [head(hidden).name, n.emit('Concat', [rowCount(n), n.ints([-1, width])], { axis: 0 })])
  return { opset: OPSET, producer: { name: 'Tunesmith', version }, graph: { name: family.id, inputs, outputs, nodes: n.nodes, tensors: n.tensors } }
}

/** Places counted over the tokens that are there, (B, T): padding may stand on either side. */
function placesInText(n: NodeList): string {
  const counted = n.emit('CumSum', ['attention_mask', n.int(1)])
  return n.emit('Max', [n.emit('Sub', [counted, n.int(1)]), n.int(0)])
}

/** The state of each row's first token, or of its last one that is no padding: (B·T, C) → (B, C). */
function pooled(n: NodeList, hidden: Tensor, which: 'first' | 'last'): Tensor {
  const width = hidden.shape[1]
  const byRow = n.emit('Reshape', [hidden.name, n.emit('Concat', [rowCount(n), n.ints([-1, width])], { axis: 0 })]) // (B, T, C)
  if (which === 'first') return { ...hidden, name: n.emit('Gather', [byRow, n.int(0)], { axis: 1 }) }
  // Of equal largest numbers ArgMax takes the first: the place where the count of tokens stops growing.
  const last = n.emit('ArgMax', [n.emit('CumSum', ['attention_mask', n.int(1)])], { axis: 1, keepdims: 1 }) // (B, 1)
  const index = n.emit('Expand', [n.emit('Unsqueeze', [last, n.ints([2])]), n.ints([1, 1, width])]) // (B, 1, C)
  return { ...hidden, name: n.emit('Squeeze', [n.emit('GatherElements', [byRow, index], { axis: 1 }), n.ints([1])]) }
}
