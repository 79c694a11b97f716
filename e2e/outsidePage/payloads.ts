// Texts that would act if they ever became more than text: each calls `hit` with its number, or makes an element marked `evil`.
export const PAYLOADS: readonly string[] = [
  '<img class=evil src=x onerror="hit(1)">',
  '<script class=evil>hit(2)</script>',
  'javascript:hit(3)//',
  '"><svg class=evil onload="hit(4)">',
  `'><iframe class=evil srcdoc="<script>parent.hit(5)</script>"></iframe>`,
  '<template class=evil><img src=x onerror="hit(6)"></template><details open ontoggle="hit(6)">',
  "{{constructor.constructor('hit(7)')()}}${hit(7)}<%= hit(7) %>",
  '\u202Egpj.exe\u2066<a class=evil href="javascript:hit(8)">\u2067right to left',
  '</title></textarea></style><style class=evil>*{display:none}</style><base class=evil href="//evil.example/">',
  `" autofocus onfocus="hit(10)" x="' onmouseover='hit(10)`,
  `<math><mtext><table><mglyph><style><!--</style><img class=evil src=x onerror="hit(11)">`,
  `${'A'.repeat(4_000)}<b class=evil>12</b>`,
]
