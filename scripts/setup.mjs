// Finds the Chromium that journeys run in, and on Debian or Ubuntu installs one together with a software GPU.
// Elsewhere it says in one sentence what to install. It never downloads a browser itself.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'chrome.exe',
  'msedge.exe',
]

function fixedPlaces() {
  if (process.platform === 'darwin')
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((app) =>
      ['/Applications', join(homedir(), 'Applications')].map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`),
    )
  if (process.platform === 'win32')
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
      const folder = process.env[variable]
      return folder
        ? [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Microsoft/Edge/Application/msedge.exe')]
        : []
    })
  return []
}

/** Browsers that Playwright downloaded earlier, newest first. */
function playwrightPlaces() {
  const folder =
    process.env['PLAYWRIGHT_BROWSERS_PATH'] ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright')
  if (!existsSync(folder)) return []
  const builds = readdirSync(folder).filter((name) => /^chromium-\d+$/.test(name))
  return builds
    .toSorted((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((build) => [
      join(folder, build, 'chrome-linux/chrome'),
      join(folder, build, 'chrome-linux64/chrome'),
      join(folder, build, 'chrome-mac/Chromium.app/Contents/MacOS/Chromium'),
    ])
}

/** The path of an installed Chromium, Chrome or Edge, or undefined. `CHROME_PATH` wins. */
export function findChromium() {
  const given = process.env['CHROME_PATH']
  if (given) return existsSync(given) ? given : undefined
  const onPath = names.flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
  return [...onPath, ...fixedPlaces(), ...playwrightPlaces()].find((path) => existsSync(path))
}

/** Whether Node can reach a Vulkan driver; other systems bring their own GPU interface. */
function hasVulkan() {
  if (process.platform !== 'linux') return true
  const loader = ['/usr/lib', '/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/local/lib']
  const drivers = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d']
  return (
    loader.some((folder) => existsSync(join(folder, 'libvulkan.so.1'))) &&
    (drivers.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.json'))) ||
      existsSync('/usr/lib/chromium/vk_swiftshader_icd.json') ||
      Boolean(process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES']))
  )
}

/** `apt-get` with the rights to install, or undefined. */
function installer() {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).status !== 0) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', 'apt-get'] : undefined
}

function distribution() {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/** Makes sure that a browser and a WebGPU adapter for Node exist; answers the browser's path or ends with one sentence. */
export function setUp() {
  if (!findChromium() || !hasVulkan()) {
    const apt = installer()
    if (apt) {
      // Ubuntu's own `chromium` is only a pointer to a snap, which containers cannot run.
      const browser = findChromium() || /^ID=ubuntu/m.test(distribution()) ? [] : ['chromium']
      const [command = '', ...flags] = apt
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      console.log('Installing a browser and a software GPU with apt-get …')
      spawnSync(command, [...flags, 'update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env })
      const packages = [...browser, 'libvulkan1', 'mesa-vulkan-drivers']
      spawnSync(command, [...flags, 'install', '-y', '-qq', '--no-install-recommends', ...packages], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env,
      })
    }
  }
  const chromium = findChromium()
  if (!hasVulkan())
    console.error(
      'No Vulkan driver was found: install libvulkan1 and mesa-vulkan-drivers (or your GPU’s driver) and run this again.',
    )
  if (!chromium)
    console.error('No Chromium was found: install Chromium, Chrome or Edge, or set CHROME_PATH to one, and run this again.')
  return chromium
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const chromium = setUp()
  if (chromium) console.log(chromium)
  process.exit(chromium && hasVulkan() ? 0 : 1)
}
