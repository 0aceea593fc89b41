// The links behind the codes of findings: the editor hands them to this extension, which explains the rule.

import * as vscode from 'vscode';

/** Their path; their query is the rule. */
export const RULE_PATH = '/rule';

/** Their address, with `{rule}` in the place of the rule. */
export function ruleUrl(extension: string): string {
  return `${vscode.env.uriScheme}://${extension}${RULE_PATH}?{rule}`;
}
