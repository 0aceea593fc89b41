// The categories of findings, as users know them. The server's own list is the measure; a test compares.

export const CATEGORIES = [
  ['blunt-refusal', '生硬拒绝'],
  ['blame-shifting', '推卸责任'],
  ['arguing', '争辩'],
  ['interrogating', '质问'],
  ['dismissive', '敷衍冷淡'],
  ['insulting', '辱骂贬损'],
  ['overpromising', '随口承诺'],
  ['commanding', '命令催促'],
  ['prejudging', '主观臆断'],
  ['adversative', '转折否认'],
  ['disrespectful-address', '称呼不敬'],
  ['structure', '行文结构'],
] as const;

export type Category = (typeof CATEGORIES)[number][0];

/** Those for which one writes phrases. */
export const PHRASE_CATEGORIES = CATEGORIES.filter(([id]) => id !== 'structure');
