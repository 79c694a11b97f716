// `npm run methods -- [--only IDS] [--steps N] [--data SAMPLE]`: trains the built-in model with every method and preset at its
// default options and learning rate on one bundled sample, over Dawn, and prints what each reached as a Markdown table.
// With --readme the table replaces the one in README.md; results are kept in .cache, so that an interrupted table goes on.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { Arguments } from './arguments.ts'
import { betweenMarks } from './betweenMarks.ts'
import { methodSubjects } from './methods/methodSubjects.ts'
import { measureMethod, type Measured } from './methods/measureMethod.ts'
import { methodsTable } from './methods/methodsTable.ts'

export const USAGE = 'npm run methods -- [--only ID,ID] [--steps N] [--data SAMPLE] [--readme]'
const CACHE = '.cache/methods'
const BEGIN = '<!-- methods: written by npm run methods -->'
const END = '<!-- methods end -->'

export async function main(argv: string[]): Promise<number> {
  const { only, steps, data, readme } = await read(argv)
  const subjects = methodSubjects().filter((s) => !only || only.includes(s.id))
  await mkdir(CACHE, { recursive: true })
  const found: Measured[] = []
  for (const subject of subjects) {
    const file = `${CACHE}/${data}-${steps}-${subject.id}.json`
    const kept = await readFile(file, 'utf8').catch(() => undefined)
    const measured = kept === undefined || only ? await measureMethod(subject, { steps, data }) : (JSON.parse(kept) as Measured)
    await writeFile(file, JSON.stringify(measured))
    found.push(measured)
    console.error(`${subject.label}: ${measured.status === 'done' ? `held-out loss ${measured.before.toFixed(3)} → ${measured.after.toFixed(3)}` : measured.reason}`)
  }
  const table = methodsTable(found, { steps, data })
  console.log(table)
  if (readme) await intoReadme(table)
  return found.some((m) => m.status === 'done' && !(m.after < m.before)) ? 1 : 0
}

async function read(argv: readonly string[]): Promise<{ only: readonly string[] | undefined; steps: number; data: string; readme: boolean }> {
  const args = new Arguments(argv, USAGE, ['--readme'])
  args.allow(['--only', '--steps', '--data', '--readme'])
  args.operands(0, 0, 'options only')
  const [only, data] = [args.text('--only')?.split(','), args.text('--data') ?? 'orders']
  const ids = methodSubjects().map((s) => s.id)
  const stranger = only?.find((id) => !ids.includes(id))
  if (stranger !== undefined) throw args.wrong(`No method is called ${stranger}; there are ${ids.join(', ')}.`)
  const samples = (JSON.parse(await readFile('public/samples/index.json', 'utf8')) as readonly { readonly id: string }[]).map((s) => s.id)
  if (!samples.includes(data)) throw args.wrong(`There is no sample dataset ${data}; there are ${samples.join(', ')}.`)
  return { only, steps: args.count('--steps', 300), data, readme: args.has('--readme') }
}

async function intoReadme(table: string): Promise<void> {
  await writeFile('README.md', betweenMarks(await readFile('README.md', 'utf8'), BEGIN, END, table))
}
