// config.json and generation_config.json as transformers takes them back. JavaScript writes 30.0 as 30, and transformers refuses a
// whole number where it declares a float: these entries keep their point.
import { sortedJson } from './sortedJson.ts'

/** Declared as float alone in the configurations of the families here. */
const DECLARED = ['attn_logit_softcapping', 'final_logit_softcapping', 'init_std', 'initializer_range', 'layer_norm_eps', 'layer_norm_epsilon', 'rms_norm_eps']
/** Checked when text is generated. */
const CHECKED = ['diversity_penalty', 'encoder_repetition_penalty', 'epsilon_cutoff', 'eta_cutoff', 'guidance_scale', 'length_penalty', 'min_p', 'repetition_penalty', 'temperature', 'top_p', 'typical_p']
const WHOLE = new RegExp(`"(${[...DECLARED, ...CHECKED].join('|')})": (-?\\d+)(?=,?\\n)`, 'g')

export const configJson = (config: unknown): string => sortedJson(config).replace(WHOLE, '"$1": $2.0')
