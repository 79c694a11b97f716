// What every command has in common: it explains itself, and says what does not fit before it does any work.
import { describe, expect, it } from 'vitest'
import { scripts } from '../../package.json'

interface Command {
  readonly main: (argv: string[]) => Promise<number>
  readonly USAGE?: string
}

const entries = import.meta.glob<Command>('./*.ts')
const commands = Object.entries(scripts).flatMap(([name, command]) => {
  const entry = /^node scripts\/run\.mjs src\/cli\/(\w+\.ts)$/.exec(command)?.[1]
  return entry === undefined ? [] : [{ name, load: entries[`./${entry}`]! }]
})

describe('the commands', () => {
  it('are found', () => expect(commands.map((c) => c.name)).toEqual(expect.arrayContaining(['tune', 'adapter', 'methods', 'parity', 'plan', 'bench', 'emit'])))

  it.each(commands)('$name explains itself', async ({ name, load }) => {
    expect((await load()).USAGE).toContain(`npm run ${name} -- `)
  })

  it.each(commands)('$name refuses an option that it does not know', async ({ name, load }) => {
    const { main } = await load()
    const operands = name === 'adapter' ? ['stack', 'a', 'b'] : name === 'emit' ? ['a', 'b'] : ['tune', 'parity'].includes(name) ? ['a'] : []
    await expect(main([...operands, '--frobnicate', '3'])).rejects.toThrow('--frobnicate')
    await expect(main([...operands, '--frobnicate'])).rejects.toThrow('--frobnicate')
  })

  it.each([
    { name: 'tune', argv: [], says: 'Expected one recipe, found none' },
    { name: 'tune', argv: ['a.json', 'b.json'], says: 'Expected one recipe, found a.json, b.json' },
    { name: 'tune', argv: ['a.json', '--out'], says: '--out needs a value' },
    { name: 'tune', argv: ['a.json', '--out', '--dawn'], says: '--out needs a value' },
    { name: 'tune', argv: ['nowhere.json'], says: 'nowhere.json could not be read' },
    { name: 'parity', argv: ['nowhere'], says: 'There is no folder nowhere' },
    { name: 'parity', argv: ['src'], says: 'No case in src matches *' },
    { name: 'methods', argv: ['--only', 'lora,nope'], says: 'No method is called nope; there are lora,' },
    { name: 'methods', argv: ['--data', 'nope'], says: 'There is no sample dataset nope; there are pirate, desk, orders' },
    { name: 'methods', argv: ['--steps', '0'], says: '--steps takes a whole number above 0, found 0' },
    { name: 'plan', argv: ['--length', 'x'], says: '--length takes a whole number above 0, found x' },
    { name: 'plan', argv: ['llama'], says: 'Expected options only, found llama' },
    { name: 'emit', argv: ['folder'], says: 'Expected the folder of a hypernetwork and a task, found folder' },
  ])('$name $argv: $says', async ({ name, argv, says }) => {
    const { main } = await commands.find((c) => c.name === name)!.load()
    await expect(main(argv)).rejects.toThrow(says)
  })
})
