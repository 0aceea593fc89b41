;;; drive.el --- Drives Emacs as an agent would  -*- lexical-binding: t; -*-

;; An error ends Emacs with status 255. See ../test.sh.

(require 'cl-lib)
(setq eglot-sync-connect 20 flymake-no-changes-timeout 0.1 make-backup-files nil auto-save-default nil
      create-lockfiles nil inhibit-message nil
      ;; Or short waits may starve the output of a process.
      process-adaptive-read-buffering nil)
(add-to-list 'load-path (getenv "WANYAN_EL"))
(require 'wanyan)
(wanyan-setup)

(defvar scratch (getenv "WANYAN_SCRATCH"))
(defun read-text (name) (with-temp-buffer (insert-file-contents (expand-file-name name scratch)) (buffer-string)))

(defun eventually (what check)
  (let ((end (+ (float-time) 20)) seen)
    (while (not (setq seen (funcall check)))
      (when (> (float-time) end) (error "reason: %s" what))
      (accept-process-output nil 0.2)
      ;; What an idle timer does where there is a screen.
      (when (eglot-managed-p)
        (eglot--signal-textDocument/didChange)
        (flymake-start)))
    seen))

(defun check (what holds) (unless holds (error "reason: %s" what)))

(defun place (position)
  (save-excursion (goto-char position)
                  (format "%d:%d" (line-number-at-pos) (1+ (- (point) (line-beginning-position))))))

;; The findings as the command line's are written down.
(defun findings ()
  (mapconcat
   (lambda (found)
     (format "%s-%s %s\n" (place (flymake-diagnostic-beg found)) (place (flymake-diagnostic-end found))
             (let ((text (flymake-diagnostic-text found)))
               (if (string-match "[a-z]+\\(?:-[a-z]+\\)*/[a-z0-9-]+" text) (match-string 0 text) text))))
   (sort (flymake-diagnostics) (lambda (one other) (< (flymake-diagnostic-beg one) (flymake-diagnostic-beg other))))
   ""))

(find-file (expand-file-name "项目/草稿.txt" scratch))
(unless (eglot-managed-p) (run-hooks 'post-command-hook)) ; `eglot-ensure' waits for the first command
(eventually "the server does not start" #'eglot-managed-p)
(let ((wanted (read-text "findings")))
  (condition-case nil
      (eventually "findings" (lambda () (equal (findings) wanted)))
    (error (error "reason: findings differ:\n%sexpected:\n%s" (findings) wanted))))

;; A rewrite chosen from the menu of quick fixes, with an emoji before it.
(let ((first (car (sort (flymake-diagnostics) (lambda (one other) (< (flymake-diagnostic-beg one) (flymake-diagnostic-beg other))))))
      (last-nonmenu-event t) menu)
  (goto-char (flymake-diagnostic-beg first))
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_prompt items &rest _) (setq menu (all-completions "" items)) (car menu))))
    (eglot-code-actions (flymake-diagnostic-beg first) (flymake-diagnostic-end first) "quickfix" t))
  (check (format "menu: %S" menu) (>= (length menu) 3)))
(check (format "not rewritten:\n%s" (buffer-string)) (equal (buffer-string) (read-text "rewritten")))
(eventually "the finding is still there" (lambda () (not (string-prefix-p "1:" (findings)))))

;; The rule at point, explained.
(goto-char (point-min)) (forward-line 1)
(check "no rule at point" (equal (wanyan--rule-at-point) "interrogating/why-not-tell-earlier"))
(wanyan-explain (wanyan--rule-at-point))
(with-current-buffer "*婉言*"
  (check "no explanation" (string-match-p "why-not-tell-earlier" (buffer-string))))

;; A message made polite, and back.
(let ((before (buffer-string)))
  (wanyan-polish (point) (point))
  (check "not polished" (not (string-match-p "您为什么不早说" (buffer-string))))
  (check "another line was changed" (string-prefix-p (car (split-string before "\n")) (buffer-string)))
  (eventually "the polished message has findings" (lambda () (not (string-match-p "why-not" (findings)))))
  (erase-buffer) (insert before))

;; Saved, with the safe rewrites on the way.
(setq wanyan-fix-on-save t)
(save-buffer)
(let ((saved (read-text "项目/草稿.txt")))
  (check (format "not fixed on save:\n%s" saved) (string-match-p "^👍🏽您的意见" saved))
  (check "the file is not the buffer" (equal saved (buffer-string)))
  (check "the rewrite is not in the file" (string-prefix-p (car (split-string (read-text "rewritten") "\n")) saved)))

;; Recommended forms by pinyin.
(goto-char (point-max))
(insert "😀您好，/zq")
(completion-at-point)
(let ((list (get-buffer "*Completions*")))
  (check "no recommended forms" list)
  (with-current-buffer list (check (buffer-string) (string-match-p "致歉" (buffer-string)))))
(pcase-let* ((`(,beg ,end ,table . ,_) (wanyan-completion-at-point))
             (form (car (all-completions "" table))))
  (check "what is replaced" (equal (buffer-substring beg end) "/zq"))
  (check "a form" (> (length form) 1)))
(set-buffer-modified-p nil)
(kill-buffer)

;; The other formats.
(pcase-dolist (`(,name . ,text)
               '(("a.jsonl" . "{\"text\":\"😀这个我们处理不了。\"}\n")
                 ("values/b.xml" . "<resources><string name=\"no\">😀这个我们处理不了。</string></resources>\n")
                 ("c.csv" . "问,答\n在吗,\"😀您好，\"\"这个\"\"我们处理不了。\"\n")
                 ("d.toml" . "text = \"😀这个我们处理不了。\"\n")
                 ("e.html" . "<p>😀这个我们处理不了。</p>\n")
                 ("f.po" . "msgid \"no\"\nmsgstr \"😀这个我们处理不了。\"\n")
                 ("g.properties" . "no=😀这个我们处理不了。\n")))
  (let ((file (expand-file-name name (expand-file-name "项目" scratch))))
    (make-directory (file-name-directory file) t)
    (with-temp-file file (insert text))
    (find-file file)
    (unless (eglot-managed-p) (run-hooks 'post-command-hook))
    (eventually (format "no findings in %s" name) (lambda () (string-match-p "cannot-do-it" (findings))))))

;; All of the folder.
(wanyan-check-workspace)
(with-current-buffer (compilation-find-buffer)
  (eventually "the list has not the other file"
              (lambda ()
                (when-let ((process (get-buffer-process (current-buffer)))) (accept-process-output process 0.5))
                (goto-char (point-min))
                (re-search-forward "^另一份.txt:2:6: warning blunt-refusal/cannot-do-it" nil t)))
  (compile-goto-error))
(with-current-buffer (find-buffer-visiting (expand-file-name "项目/另一份.txt" scratch))
  (check "an entry of the list leads elsewhere" (looking-at "处理不了")))

(let ((old (eglot-current-server)))
  (find-file (expand-file-name "项目/另一份.txt" scratch))
  (unless (eglot-managed-p) (run-hooks 'post-command-hook))
  (eventually "no server" #'eglot-managed-p)
  (wanyan-restart)
  (eventually "no new server" (lambda () (let ((new (eglot-current-server))) (and new (not (eq new old))))))
  (eventually "no findings after a restart" (lambda () (string-match-p "^2:6-2:10 " (findings))))
  (eglot-shutdown-all))
(message "ok")
