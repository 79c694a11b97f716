// Biases of the base that train beside an adapter: PEFT's option `bias`, all or those of targeted layers (lora_only, vera_only).

const PREFIX = 'base_model.model.'

/** Key under which a base tensor trains as a bias; undefined while it is frozen. Values, not differences. */
export function trainedBias(bias: string, targets: ReadonlySet<string>, name: string): string | undefined {
  if (bias === 'none' || !name.endsWith('.bias')) return undefined
  const path = name.slice(0, -'.bias'.length)
  if (targets.has(path)) return `${PREFIX}${path}.base_layer.bias`
  return bias === 'all' ? PREFIX + name : undefined
}
