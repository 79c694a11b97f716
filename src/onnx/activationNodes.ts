// Activation functions from standard operators, by the names that families use. Formulas: src/ops/activation.ts.
import type { Activation } from '../ops/activation.ts'
import type { NodeList } from './nodeList.ts'

type Make = (n: NodeList, x: string) => string

const timesSigmoid: (slope: number) => Make = (slope) => (n, x) => n.emit('Mul', [x, n.emit('Sigmoid', [slope === 1 ? x : n.emit('Mul', [x, n.number(slope)])])])
/** x/2 · (1 + inner) */
const halfOf = (n: NodeList, x: string, inner: string): string => n.emit('Mul', [n.emit('Mul', [x, n.emit('Add', [inner, n.number(1)])]), n.number(0.5)])

const makers: Readonly<Record<Activation, Make>> = {
  relu: (n, x) => n.emit('Relu', [x]),
  tanh: (n, x) => n.emit('Tanh', [x]),
  sigmoid: (n, x) => n.emit('Sigmoid', [x]),
  silu: timesSigmoid(1),
  quick_gelu: timesSigmoid(1.702),
  gelu: (n, x) => halfOf(n, x, n.emit('Erf', [n.emit('Div', [x, n.number(Math.SQRT2)])])),
  gelu_new: (n, x) => {
    const cube = n.emit('Mul', [n.emit('Mul', [x, x]), x])
    const bent = n.emit('Add', [x, n.emit('Mul', [cube, n.number(0.044715)])])
    return halfOf(n, x, n.emit('Tanh', [n.emit('Mul', [bent, n.number(Math.sqrt(2 / Math.PI))])]))
  },
}

export const activationNodes = (n: NodeList, kind: Activation, x: string): string => makers[kind](n, x)
