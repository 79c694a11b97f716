// The families of methods, in the order in which a person meets them.

export const methodGroups = ['Low rank', 'Adapters', 'Prefix', 'Prompts', 'Bias and scale', 'Hypernetwork', 'Full'] as const
export type MethodGroup = (typeof methodGroups)[number]
