// Bytes that arrived and are not what was announced: the one failure of a download after which the file is fetched anew.
import { Fault } from '../protocol/failure.ts'

export class Damage extends Fault {
  constructor(name: string, expected: string, found: string) {
    super(
      'network',
      `${name} arrived damaged: expected ${expected}, found ${found}.`,
      'It was fetched twice and nothing of it was kept. Try again later; if it stays so, something on the way changes what passes.',
    )
  }
}
