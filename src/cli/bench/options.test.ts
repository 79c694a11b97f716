import { describe, expect, it } from 'vitest'
import { PEERS, readOptions } from './options.ts'

describe('the bench’s command line', () => {
  it('measures everything in Chromium with every library, unless told otherwise', () => {
    const options = readOptions([])
    expect(options).toMatchObject({ dawn: false, software: false, quick: false, rounds: 7, patient: false, peers: PEERS })
    expect(options.only).toEqual(expect.arrayContaining(['lora-small', 'qwen2.5-0.5b', 'matmul', 'growth']))
    expect(options.only).not.toContain('profile')
  })

  it('reads names, in the order of measuring', () => {
    const options = readOptions(['--dawn', '--only', 'matmul,lora-small,profile', '--no', 'tfjs,onnxruntime-web', '--json', 'x.json', '--rounds', '3'])
    expect(options).toMatchObject({ dawn: true, only: ['lora-small', 'matmul', 'profile'], peers: ['jax-js'], json: 'x.json', rounds: 3, patient: true })
    expect(readOptions(['--quick', '--no', 'peers'])).toMatchObject({ quick: true, rounds: 3, peers: [] })
  })

  it.each([
    [['--only', 'matmull'], 'bench does not measure matmull'],
    [['matmul'], 'Expected options only, found matmul'],
    [['--fast'], 'There is no option --fast here'],
    [['--json'], '--json needs a value'],
    [['--json', '--dawn'], '--json needs a value'],
    [['--rounds', '0'], '--rounds takes a whole number above 0, found 0'],
    [['--no', 'torch'], 'bench has no library torch'],
    [['--python', 'python3'], '--python wants --dawn'],
  ])('refuses %j', (argv, message) => {
    expect(() => readOptions(argv)).toThrow(message)
  })
})
