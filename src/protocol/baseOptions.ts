// How a run keeps the frozen weights of its base on the GPU, declared once. Words follow transformers' BitsAndBytesConfig.
import type { OptionSpecs, Values } from './options.ts'

export const baseOptions = {
  quantization: {
    kind: 'choice', default: 'none', label: 'Frozen weights', help: 'How linear layers are kept on the GPU; embeddings, head, norms and biases stay.',
    choices: [
      { value: 'none', label: 'As in the file', help: 'Nothing is lost.' },
      { value: 'int8', label: '8 bits (int8)', help: '8.5 bits a weight; answers hardly change.' },
      { value: 'nf4', label: '4 bits (NF4, QLoRA)', help: '4.5 bits a weight, as bitsandbytes has them; a larger model fits, and starts a little worse.' },
    ],
  },
  bnb_4bit_use_double_quant: { kind: 'boolean', default: false, label: 'Double quantisation', help: 'Keeps the scales of NF4 in 8 bits as well: 4.1 bits a weight instead of 4.5, with a little more rounding.' },
  dtype: {
    kind: 'choice', default: 'auto', advanced: true, group: '16-bit floats', label: 'Other matrices', help: 'Type of the matrices that are not quantised, embeddings and head among them.',
    choices: [
      { value: 'auto', label: 'As in the file', help: '16 bits a weight where the file has 16.' },
      { value: 'bfloat16', label: 'bfloat16', help: 'Half the memory of a 32-bit file; keeps the range, and 8 bits of precision.' },
      { value: 'float16', label: 'float16', help: 'Half the memory of a 32-bit file; keeps 11 bits of precision, up to 65,504.' },
    ],
  },
} as const satisfies OptionSpecs

export type BaseOptions = Values<typeof baseOptions>
