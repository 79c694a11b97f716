// Why the Hub does not take what is sent, as a sentence.
import { Fault, messageOf } from '../protocol/failure.ts'

interface Sending {
  readonly endpoint: URL
  readonly repo: string
}

/** Of an error of @huggingface/hub. */
export function statusOf(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : undefined
}

export function pushRefusal(error: unknown, { endpoint, repo }: Sending): Fault {
  if (error instanceof Fault) return error
  const { host } = endpoint
  const status = statusOf(error)
  const said = messageOf(error)
  const fault = (message: string, hint: string): Fault => new Fault('network', message, hint, status === undefined ? said : `${status}: ${said}`)
  if (/quota|storage limit|payment/i.test(said) || status === 402) return fault(`${host} has no more room for ${repo} in this account.`, 'Free some there, or send it to another account.')
  switch (status) {
    case 401:
      return fault(`${host} does not know this access token.`, 'Copy it again, or make a new one that may write.')
    case 403:
      return fault(`This token may not write ${repo}.`, 'Make one that may write there, or choose a name of your own account.')
    case 404:
      return fault(`${host} has no ${repo} that this token may write.`, 'Check the owner’s name, and what the token may write.')
    case 409:
    case 412:
      return fault(`${repo} was changed by somebody else at the same time.`, 'Look at its page, and send again.')
    case 413:
      return fault(`${host} does not take files this large.`, 'Send the adapter instead of the merged model, or upload it with the Hub’s own tools.')
    case 400:
    case 422:
      return fault(`${host} does not take these files: ${sentence(said)}.`, 'Correct what it names, and send again.')
    case undefined:
      return fault(`Sending to ${host} failed: ${sentence(said)}.`, 'Try again; what had arrived is not sent twice.')
    default:
      return fault(`${host} did not take ${repo} (it answered ${status}).`, 'Try again later; what had arrived is not sent twice.')
  }
}

/** Without the address and number that the library adds, and short. */
const sentence = (text: string): string => text.replace(/\. URL: .*$/s, '').replace(/[.\s]+$/, '').slice(0, 300)
