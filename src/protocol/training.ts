// The training knobs, declared once. Names and defaults follow transformers.TrainingArguments.
import type { OptionSpecs, Values } from './options.ts'

export const trainingOptions = {
  steps: { kind: 'number', default: 200, min: 1, max: 1_000_000, integer: true, label: 'Steps', unit: 'steps', help: 'How many optimizer updates to make.' },
  batch_size: { kind: 'number', default: 8, min: 1, max: 1024, integer: true, label: 'Batch size', unit: 'rows', help: 'Rows read in one forward pass; more is steadier and needs more memory.' },
  gradient_accumulation_steps: { kind: 'number', default: 1, min: 1, max: 256, integer: true, advanced: true, group: 'Optimizer', label: 'Gradient accumulation', unit: 'batches', help: 'Batches summed before one update; a larger batch for the same memory.' },
  max_length: { kind: 'number', default: 256, min: 8, max: 32_768, integer: true, label: 'Longest row', unit: 'tokens', help: 'Longer rows are cut at this many tokens.' },
  packing: { kind: 'boolean', default: false, label: 'Pack short rows', help: 'Put several short rows in one sequence, without letting them see each other; fewer wasted tokens.' },
  learning_rate: { kind: 'number', default: 1e-3, min: 0, max: 10, label: 'Learning rate', help: 'Size of each update at its peak; too high diverges, too low learns slowly.' },
  lr_scheduler_type: {
    kind: 'choice', default: 'cosine', label: 'Schedule', help: 'How the learning rate moves after warm-up.',
    choices: [{ value: 'cosine', label: 'Cosine' }, { value: 'linear', label: 'Linear' }, { value: 'constant', label: 'Constant' }],
  },
  warmup_steps: { kind: 'number', default: 10, min: 0, max: 100_000, integer: true, label: 'Warm-up', unit: 'steps', help: 'Steps over which the learning rate rises from 0.' },
  weight_decay: { kind: 'number', default: 0, min: 0, max: 10, advanced: true, group: 'Regularisation', label: 'Weight decay', help: 'Pulls weights towards 0 at every step (decoupled, as in AdamW); biases and norms are exempt.' },
  max_grad_norm: { kind: 'number', default: 1, min: 0, max: 1000, advanced: true, group: 'Optimizer', label: 'Gradient clip', help: 'Scales the gradient down when its norm exceeds this; 0 turns clipping off.' },
  label_smoothing_factor: { kind: 'number', default: 0, min: 0, max: 0.9, advanced: true, group: 'Regularisation', label: 'Label smoothing', help: 'Share of every target spread over all tokens, so that the model stays less sure; the validation loss stays plain.' },
  l1_penalty: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, group: 'Regularisation', label: 'L1 penalty', help: 'λ·Σ|w| over all trained values, which empties small ones; the reported loss leaves it out.' },
  l2_penalty: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, group: 'Regularisation', label: 'L2 penalty', help: 'λ/2·Σw² over all trained values, as part of the gradient; the reported loss leaves it out.' },
  l2_start_penalty: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, group: 'Regularisation', label: 'L2 to the start', help: 'λ/2·Σ(w − w₀)² over all trained values (L2-SP) keeps them near where they began; the reported loss leaves it out.' },
  kl_to_base: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, group: 'Regularisation', label: 'KL to the base', help: 'Weight of KL(base ‖ tuned) at every trained token (as in Learning without Forgetting), part of the training loss; costs a second forward pass.' },
  neftune_noise_alpha: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, group: 'Regularisation', label: 'NEFTune noise α', help: 'Uniform noise on token embeddings while training, of size α / √(tokens × channels); 5 to 15 is usual, 0 is none.' },
  adam_beta1: { kind: 'number', default: 0.9, min: 0, max: 0.9999, advanced: true, group: 'Optimizer', label: 'Adam β₁', help: 'Memory of the gradient average.' },
  adam_beta2: { kind: 'number', default: 0.999, min: 0, max: 0.999999, advanced: true, group: 'Optimizer', label: 'Adam β₂', help: 'Memory of the squared-gradient average.' },
  adam_epsilon: { kind: 'number', default: 1e-8, min: 1e-12, max: 1, advanced: true, group: 'Optimizer', label: 'Adam ε', help: 'Keeps the division by the gradient scale finite.' },
  freeze_layers: { kind: 'number', default: 0, min: 0, max: 10_000, integer: true, advanced: true, group: 'Layers', label: 'Freeze layers', unit: 'layers', help: 'Nothing in this many of the lowest layers trains; with the embeddings frozen too, no backward pass runs there.' },
  freeze_embeddings: { kind: 'boolean', default: false, advanced: true, group: 'Layers', label: 'Freeze embeddings', help: 'Token and position embeddings stay as they are, and a head that shares them.' },
  unfreeze_every: { kind: 'number', default: 0, min: 0, max: 1_000_000, integer: true, advanced: true, group: 'Layers', label: 'Unfreeze every', unit: 'steps', help: 'Training begins with the top layers, and after this many steps the next ones below join, the embeddings last (ULMFiT); 0 trains all from the start.' },
  unfreeze_layers: { kind: 'number', default: 1, min: 1, max: 10_000, integer: true, advanced: true, group: 'Layers', label: 'Unfreeze at once', unit: 'layers', help: 'How many layers join at a time.' },
  layerwise_lr_decay: { kind: 'number', default: 1, min: 0.01, max: 1, advanced: true, group: 'Layers', label: 'Layer-wise rate decay', help: 'Every layer below the last learns at this factor of the rate above it, the embeddings slowest; 1 is the same rate everywhere.' },
  gradient_checkpointing: {
    kind: 'choice', default: 'off', advanced: true, group: 'Memory', label: 'Gradient checkpointing', help: 'What the backward pass computes again instead of keeping it; saves memory, takes time, changes no result.',
    choices: [
      { value: 'off', label: 'Off', help: 'Everything is kept: fastest.' },
      { value: 'selective', label: 'Selective', help: 'Norms and activations are computed again, which takes little time.' },
      { value: 'full', label: 'Full', help: 'Only the stream between the layers is kept; about a third slower.' },
    ],
  },
  saved_activations: {
    kind: 'choice', default: 'float32', advanced: true, group: 'Memory', label: 'Saved activations', help: 'In what form values wait for the backward pass; the loss is the same, gradients differ in the fourth digit.',
    choices: [
      { value: 'float32', label: '32-bit', help: 'Exactly as computed.' },
      { value: 'float16', label: '16-bit', help: 'Half the memory, for a little rounding.' },
    ],
  },
  eval_steps: { kind: 'number', default: 25, min: 0, max: 100_000, integer: true, label: 'Validate every', unit: 'steps', help: 'How often the validation loss is measured; 0 turns it off.' },
  early_stopping_patience: { kind: 'number', default: 0, min: 0, max: 10_000, integer: true, advanced: true, group: 'Stopping', label: 'Patience', unit: 'validations', help: 'Ends the run after this many validations in a row without a lower validation loss; 0 never does.' },
  early_stopping_threshold: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, group: 'Stopping', label: 'Least improvement', help: 'How much lower a validation loss must be to count for the patience.' },
  load_best_model_at_end: { kind: 'boolean', default: false, advanced: true, group: 'Stopping', label: 'Keep the best', help: 'The finished adapter has the values of the lowest validation loss, not of the last step; needs one more copy of them on the GPU.' },
  stop_on_divergence: { kind: 'boolean', default: true, advanced: true, group: 'Stopping', label: 'Stop when diverging', help: 'Ends the run when the median of the last 30 losses is far above the losses before them; a loss that is no number always ends it.' },
  save_steps: { kind: 'number', default: 25, min: 0, max: 100_000, integer: true, advanced: true, group: 'Stopping', label: 'Checkpoint every', unit: 'steps', help: 'How often the run is saved so that it can continue after a reload; 0 saves only at the end.' },
} as const satisfies OptionSpecs

export type Training = Values<typeof trainingOptions>
