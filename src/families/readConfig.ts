// Typed access to config.json: collects every missing or wrong entry, then fails once with all of them.
import { Fault } from '../protocol/failure.ts'
import type { Activation } from '../ops/activation.ts'
import type { JsonObject } from '../protocol/record.ts'

/** transformers' names of activation functions. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu', gelu_python: 'gelu', gelu_new: 'gelu_new', gelu_fast: 'gelu_new', gelu_accurate: 'gelu_new', gelu_pytorch_tanh: 'gelu_new',
  quick_gelu: 'quick_gelu', relu: 'relu', silu: 'silu', swish: 'silu', sigmoid: 'sigmoid', tanh: 'tanh',
}

export class ConfigReader {
  private readonly problems: string[] = []
  constructor(private readonly json: JsonObject, private readonly modelType: string) {}

  number(name: string, fallback?: number): number {
    const v = this.json[name] ?? fallback
    if (typeof v === 'number' && Number.isFinite(v)) return v
    this.problems.push(v === undefined ? `${name} is missing` : `${name} is ${JSON.stringify(v)}, expected a number`)
    return 1
  }
  boolean(name: string, fallback: boolean): boolean {
    const v = this.json[name] ?? fallback
    if (typeof v === 'boolean') return v
    this.problems.push(`${name} is ${JSON.stringify(v)}, expected true or false`)
    return fallback
  }
  choice<T extends string>(name: string, allowed: readonly T[], fallback?: T): T {
    const v = this.json[name] ?? fallback
    if (allowed.includes(v as T)) return v as T
    this.problems.push(`${name} is ${JSON.stringify(v)}, and only ${allowed.join(', ')} can be run`)
    return allowed[0]
  }
  activation(name: string, fallback: string): Activation {
    return ACTIVATIONS[this.choice(name, Object.keys(ACTIVATIONS), fallback)]
  }
  /** 0 for null: a limit that is not set. */
  limit(name: string, fallback: number): number {
    return this.json[name] === null ? 0 : this.number(name, fallback)
  }
  /** Id whose embedding takes no gradient, counted from the end below 0 as in torch; -1 for none, which null says. */
  padding(vocabulary: number, fallback?: number): number {
    if (this.json['pad_token_id'] === null || (this.json['pad_token_id'] === undefined && fallback === undefined)) return -1
    const id = this.number('pad_token_id', fallback)
    return id < 0 ? vocabulary + id : id
  }
  /** For models that write: what looks both ways is another model. */
  causal(): void {
    this.reject(this.json['is_causal'] === false, 'is_causal is false')
  }
  /** A sentence about a feature that cannot be run. */
  reject(condition: boolean, problem: string): void {
    if (condition) this.problems.push(problem)
  }
  done(): void {
    if (this.problems.length > 0)
      throw new Fault('bad-model', `config.json of this ${this.modelType} model cannot be used: ${this.problems.join('; ')}.`, 'Check that the folder is a complete, unmodified Hugging Face checkpoint, or choose another model.')
  }
}
