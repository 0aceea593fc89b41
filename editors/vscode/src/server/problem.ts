// What to tell the user when there is no server to be had, in words.

import type { Lookup } from './lookup.ts';

export type Problem =
  | Exclude<Lookup, { kind: 'found' }>
  /** It could be run, but is no wanyan. `said` is the first line of what it said. */
  | { readonly kind: 'wrong-program'; readonly path: string; readonly said: string }
  | { readonly kind: 'not-started'; readonly path: string; readonly said: string }
  /** It ended too often. */
  | { readonly kind: 'crashing'; readonly path: string };

const BAD_SETTING = {
  missing: '设置 wanyan.server.path 写的文件不存在',
  folder: '设置 wanyan.server.path 写的是一个文件夹，应该写里面的程序',
  'not-runnable': '设置 wanyan.server.path 写的文件没有执行权限',
} as const;

export function describe(problem: Problem): string {
  switch (problem.kind) {
    case 'bad-setting':
      return `${BAD_SETTING[problem.why]}：${problem.path}`;
    case 'bad-bundled':
      return `扩展自带的婉言程序不能运行，请重新安装扩展：${problem.path}`;
    case 'missing':
      return '没有找到婉言程序：扩展里没有带，PATH 里也没有。请选择已有的程序，或者按说明安装。';
    case 'wrong-program':
      return `这个文件不是婉言程序：${problem.path}${problem.said === '' ? '' : `（它说：“${problem.said}”）`}`;
    case 'not-started':
      return `婉言程序没能启动：${problem.path}${problem.said === '' ? '' : `（${problem.said}）`}`;
    case 'crashing':
      return '婉言程序接连退出，先不再重启。可以看看日志，再重新启动。';
  }
}
