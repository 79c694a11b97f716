// adapter_config.json of PEFT and AdapterHub adapters, fitted to a small model; nothing of it needs a GPU.
import fc from 'fast-check'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { goldenModel, goldenRoot } from '../../../../e2e/golden/goldenFiles.ts'
import { openAdapterFolder } from '../../../files/adapterFolder.ts'
import { readFolder } from '../../../files/nodeSource.ts'
import { utf8 } from '../../../lib/bytes.ts'
import { openModel } from '../../../train/base.ts'
import { fitAdapter } from '../../../train/openAdapter.ts'
import { changedJson } from '../changedJson.ts'
import { jsonOf, withFile } from '../readModel.ts'
import type { FuzzTarget } from '../target.ts'

const model = openModel(await goldenModel('llama'))
const root = join(goldenRoot, 'adapters')
const CONFIG = 'adapter_config.json'
const folders = await Promise.all(readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(CONFIG)).map((path) => readFolder(dirname(join(root, path)))))
const configs = await Promise.all(folders.map((f) => jsonOf(f, CONFIG)))
const words = ['LORA', 'LOHA', 'LOKR', 'ADALORA', 'VERA', 'IA3', 'LN_TUNING', 'PREFIX_TUNING', 'PROMPT_TUNING', 'P_TUNING', 'OFT', 'CAUSAL_LM', 'SEQ_CLS', 'all-linear', 'q_proj', 'model.layers.0.self_attn.q_proj', ['q_proj', 'v_proj'], { q_proj: 4 }, { '.*': 1e9 }, '.*', '^(a+)+$', 'peft_type', 'r', 1e9, 0, -1, 0.5, 'pissa', 'eva', 'none', 'lora_only']

const target: FuzzTarget<{ readonly which: number; readonly config: string }> = {
  inputs: fc.nat(folders.length - 1).chain((which) => fc.record({ which: fc.constant(which), config: changedJson([configs[which]], words) })),
  async run({ which, config }) {
    const { layout, methods } = fitAdapter(model, await openAdapterFolder(withFile(folders[which], CONFIG, utf8(config))))
    return [layout.windows.size, methods]
  },
  gateRuns: 100,
}
export default target
