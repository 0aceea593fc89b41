;;; wanyan.el --- Polite customer-service replies in Chinese  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; (require 'wanyan)
;; (wanyan-setup)
;;
;; starts the language server through Eglot in text, tables and the other files that hold drafts.  See README.md.

;;; Code:

(require 'eglot)
(require 'compile)

(defgroup wanyan nil
  "委婉得体的客服回复。"
  :group 'text)

(defcustom wanyan-program "wanyan"
  "The program."
  :type 'string)

(defcustom wanyan-fix-on-save nil
  "Whether safe rewrites are applied before a file is saved."
  :type 'boolean)

(defcustom wanyan-file-regexp
  (concat "\\.\\(txt\\|text\\|log\\|md\\|markdown\\|jsonl\\|ndjson\\|csv\\|tsv\\|json\\|ya?ml\\|toml\\|html?\\|pot?"
          "\\|properties\\|strings\\)\\'"
          ;; Texts of an Android application.
          "\\|/values\\(-[^/]*\\)?/[^/]*\\.xml\\'")
  "The files for which the server is started."
  :type 'regexp)

(defcustom wanyan-modes
  '(text-mode markdown-mode csv-mode tsv-mode json-mode js-json-mode json-ts-mode yaml-mode yaml-ts-mode conf-toml-mode
    toml-mode toml-ts-mode conf-javaprop-mode html-ts-mode po-mode)
  "The modes for which Eglot takes this server, and those that are derived from them.
Eglot has one server for a mode; to be set before `wanyan' is loaded."
  :type '(repeat symbol))

;;;###autoload
(define-derived-mode wanyan-jsonl-mode text-mode "JSON Lines"
  "A JSON value a line.")
(define-derived-mode wanyan-data-mode text-mode "婉言"
  "A table or another file that holds drafts and for which there is no mode.")
(put 'wanyan-jsonl-mode 'eglot-language-id "jsonl")
;; With this the server goes by the file's name.
(put 'wanyan-data-mode 'eglot-language-id "plaintext")
(put 'text-mode 'eglot-language-id "plaintext")
(add-to-list 'auto-mode-alist '("\\.\\(jsonl\\|ndjson\\)\\'" . wanyan-jsonl-mode))
;; Behind all others: where a mode for them is installed, it is taken.
(add-to-list 'auto-mode-alist '("\\.\\([ct]sv\\|ya?ml\\|pot?\\|strings\\)\\'" . wanyan-data-mode) t)

(defun wanyan--contact (&rest _)
  "How the server is started."
  (list wanyan-program "lsp"))

(dolist (mode wanyan-modes)
  (add-to-list 'eglot-server-programs (cons mode #'wanyan--contact)))

(defun wanyan-start ()
  "Start the server for this buffer if its file is one of `wanyan-file-regexp'."
  (when (and buffer-file-name (string-match-p wanyan-file-regexp buffer-file-name))
    (eglot-ensure)))

(defun wanyan--managed ()
  "What is added to a buffer that Eglot manages."
  (if (not (and (eglot-managed-p) buffer-file-name (string-match-p wanyan-file-regexp buffer-file-name)))
      (progn
        (remove-hook 'before-save-hook #'wanyan--before-save t)
        (remove-hook 'completion-at-point-functions #'wanyan-completion-at-point t))
    (add-hook 'before-save-hook #'wanyan--before-save nil t)
    (add-hook 'completion-at-point-functions #'wanyan-completion-at-point -10 t)))

;;;###autoload
(defun wanyan-setup ()
  "Start the server whenever a draft is opened."
  (dolist (mode wanyan-modes)
    (add-hook (intern (format "%s-hook" mode)) #'wanyan-start))
  (add-hook 'eglot-managed-mode-hook #'wanyan--managed))

(defun wanyan--server ()
  "The server, or an error."
  (or (eglot-current-server) (user-error "婉言没有在运行：请先用 M-x eglot 打开")))

(defun wanyan--request (method params)
  "The server's answer to METHOD with PARAMS; it has been sent all changes by then."
  (eglot--signal-textDocument/didChange)
  (jsonrpc-request (wanyan--server) method params))

(defun wanyan--apply (kind beg end)
  "Apply the first action of KIND between BEG and END; return nil where there is none."
  (let* ((actions (wanyan--request
                   :textDocument/codeAction
                   (list :textDocument (eglot--TextDocumentIdentifier)
                         :range (list :start (eglot--pos-to-lsp-position beg) :end (eglot--pos-to-lsp-position end))
                         :context (list :diagnostics [] :only (vector kind)))))
         (action (and (> (length actions) 0) (aref actions 0)))
         (action (if (and action (not (plist-get action :edit)))
                     (wanyan--request :codeAction/resolve action)
                   action))
         (edit (plist-get action :edit)))
    (when edit
      (eglot--apply-workspace-edit edit)
      t)))

;;;###autoload
(defun wanyan-polish (beg end)
  "Make the message at point, or those between BEG and END, polite."
  (interactive (if (use-region-p) (list (region-beginning) (region-end)) (list (point) (point))))
  (unless (wanyan--apply "refactor.rewrite.wanyan" beg end)
    (message "婉言：这里没有可改的")))

;;;###autoload
(defun wanyan-fix-all ()
  "Apply all safe rewrites of the buffer."
  (interactive)
  (unless (wanyan--apply "source.fixAll.wanyan" (point-min) (point-max))
    (message "婉言：没有可自动修改的")))

(defun wanyan--before-save ()
  "Apply safe rewrites if wanted; a failure does not keep the file from being saved."
  (when (and wanyan-fix-on-save (eglot-managed-p))
    (with-demoted-errors "婉言：%S"
      (wanyan--apply "source.fixAll.wanyan" (point-min) (point-max)))))

(defun wanyan--rule-at-point ()
  "The rule of the finding at point, or of the first one on its line."
  (let* ((found (or (flymake-diagnostics (point))
                    (flymake-diagnostics (line-beginning-position) (line-end-position))))
         (text (and found (flymake-diagnostic-text (car found)))))
    (when (and text (string-match "[a-z]+\\(?:-[a-z]+\\)*/[a-z0-9-]+" text))
      (match-string 0 text))))

;;;###autoload
(defun wanyan-explain (rule)
  "Show why RULE is there; the one at point where none is given."
  (interactive (list (let ((here (wanyan--rule-at-point)))
                       (read-string (if here (format "规则（%s）：" here) "规则：") nil nil here))))
  (let ((answer (wanyan--request :workspace/executeCommand
                                 (list :command "wanyan.explainRule" :arguments (vector rule)))))
    (with-help-window "*婉言*"
      (princ (plist-get answer :markdown)))))

(define-compilation-mode wanyan-check-mode "婉言"
  "Findings of a folder."
  (setq-local compilation-error-screen-columns nil))

;;;###autoload
(defun wanyan-check-workspace ()
  "Check all files of the project and list what is found."
  (interactive)
  (let ((default-directory (or (and-let* ((project (project-current))) (project-root project)) default-directory)))
    (compilation-start (concat (shell-quote-argument wanyan-program) " check --format concise .") #'wanyan-check-mode)))

;;;###autoload
(defun wanyan-restart ()
  "Restart the server."
  (interactive)
  (eglot-reconnect (wanyan--server) t))

;;; Recommended forms

;; The server compares what was typed, pinyin too, with its forms: nothing is left out here.

(defun wanyan--try (string table predicate point)
  "A completion style's answer for STRING, with TABLE and PREDICATE, at POINT."
  (let ((forms (all-completions "" table predicate)))
    (cond ((null forms) nil)
          ((and (null (cdr forms)) (equal (car forms) string)) t)
          ((null (cdr forms)) (cons (car forms) (length (car forms))))
          (t (cons string point)))))

(defun wanyan--all (_string table predicate _point)
  "All of TABLE that PREDICATE takes."
  (let ((forms (all-completions "" table predicate)))
    (and forms (nconc forms 0))))

(add-to-list 'completion-styles-alist '(wanyan wanyan--try wanyan--all "As the server compares."))
(add-to-list 'completion-category-defaults '(wanyan-form (styles wanyan)))

(defun wanyan-completion-at-point ()
  "Recommended forms for what stands before point."
  (when (eglot-managed-p)
    (let* ((answer (wanyan--request :textDocument/completion (eglot--TextDocumentPositionParams)))
           (items (append (if (vectorp answer) answer (plist-get answer :items)) nil))
           (range (plist-get (plist-get (car items) :textEdit) :range)))
      (when range
        (let ((region (eglot--range-region range))
              (forms (mapcar (lambda (item) (cons (plist-get (plist-get item :textEdit) :newText) item)) items)))
          (list (car region) (cdr region)
                (lambda (string predicate action)
                  (pcase action
                    ('metadata '(metadata (category . wanyan-form)
                                          (display-sort-function . identity)
                                          (cycle-sort-function . identity)))
                    ('t (seq-filter (or predicate #'always) (mapcar #'car forms)))
                    ('lambda (and (assoc string forms) t))
                    ('nil string)))
                :annotation-function
                (lambda (form) (concat " " (plist-get (cdr (assoc form forms)) :detail)))))))))

(provide 'wanyan)
;;; wanyan.el ends here
