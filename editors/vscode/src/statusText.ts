// What the status bar shows.

import { describe, type Problem } from './server/problem.ts';

export type ServerState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  /** It ended by itself and is being started again. */
  | { readonly kind: 'restarting' }
  | { readonly kind: 'running'; readonly path: string; readonly version: string }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** The findings of a draft by gravity. */
export interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly hints: number;
}

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly level: 'plain' | 'warning' | 'error';
}

/** `counts` is nothing where no draft is in front. */
export function statusText(state: ServerState, isOn: boolean, counts: Counts | undefined): StatusText {
  switch (state.kind) {
    case 'failed':
      return { text: '$(error) 婉言', tooltip: describe(state.problem), level: 'error' };
    case 'starting':
      return { text: '$(sync~spin) 婉言', tooltip: '婉言正在启动', level: 'plain' };
    case 'restarting':
      return { text: '$(sync~spin) 婉言', tooltip: '婉言程序退出了，正在重新启动', level: 'warning' };
    case 'stopped':
      return { text: '$(circle-slash) 婉言', tooltip: '婉言没有运行。点一下可以启动', level: 'plain' };
    case 'running':
      break;
  }
  if (!isOn) {
    return { text: '$(circle-slash) 婉言', tooltip: '这里已关闭婉言。点一下可以打开', level: 'plain' };
  }
  if (counts === undefined) {
    return { text: '$(comment-discussion) 婉言', tooltip: `婉言 ${state.version} 正在运行`, level: 'plain' };
  }
  const total = counts.errors + counts.warnings + counts.infos + counts.hints;
  if (total === 0) {
    return { text: '$(check) 婉言', tooltip: '这份草稿没有查出问题', level: 'plain' };
  }
  const parts = [
    [counts.errors, '错误'],
    [counts.warnings, '警告'],
    [counts.infos, '建议'],
    [counts.hints, '提示'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, name]) => `${name} ${count} 处`);
  const icon = counts.errors > 0 ? '$(error)' : counts.warnings > 0 ? '$(warning)' : '$(info)';
  return { text: `${icon} 婉言 ${total}`, tooltip: `这份草稿查出：${shown.join('，')}`, level: 'plain' };
}
