//! The command line from outside: arguments, help, completions and exit codes that need no engine.

use std::process::{Command, Output, Stdio};

fn wanyan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wanyan"))
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

#[test]
fn bad_arguments_exit_with_2_and_say_what_is_wrong() {
    let cases: [(&[&str], &[&str]); 12] = [
        (&["check", "--formt", "json"], &["没有“--formt”", "是不是想写“--format”"]),
        (&["check", "--format", "jsn"], &["--format 的值“jsn”不对", "是不是想写“json", "human、concise、json、jsonl"]),
        (&["check", "--format"], &["--format 后面要写一个值"]),
        (&["check", "-j", "0"], &["--threads", "“0”不对", "大于 0 的整数"]),
        (&["check", "-j", "many"], &["大于 0 的整数"]),
        (&["check", "--no-config", "--config", "x.toml"], &["--no-config", "--config", "不能", "一起用"]),
        (&["check", "--min-severity", "grave"], &["--min-severity", "hint、info、warning、error"]),
        (&["chekc"], &["没有“chekc”这个命令", "是不是想写“check”"]),
        (&["explain"], &["还要写：规则"]),
        (&["rules", "--category", "rude"], &["--category", "blunt-refusal"]),
        (&["completions", "tcsh"], &["tcsh", "bash"]),
        (&["lexicon", "new", "whatever"], &["类别/名字"]),
    ];
    for (arguments, says) in cases {
        let output = wanyan(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(errors.starts_with("错误："), "{arguments:?}: {errors}");
        for part in says {
            assert!(errors.contains(part), "{arguments:?} should say {part}: {errors}");
        }
        if arguments[0] != "lexicon" {
            assert!(errors.contains("试试 wanyan --help"), "{arguments:?}: {errors}");
        }
    }
}

#[test]
fn help_is_chinese_throughout() {
    let pages: [&[&str]; 9] = [
        &["--help"],
        &["check", "-h"],
        &["fix", "--help"],
        &["explain", "--help"],
        &["rules", "--help"],
        &["lexicon", "--help"],
        &["lexicon", "test", "--help"],
        &["lexicon", "literals", "--help"],
        &["completions", "--help"],
    ];
    for page in pages {
        let output = wanyan(page);
        let help = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{page:?}");
        assert!(help.contains("用法：wanyan"), "{page:?}: {help}");
        for english in
            ["Usage", "Options", "Commands", "Arguments", "Print", "possible values", "default:", "[OPTIONS]"]
        {
            assert!(!help.contains(english), "{page:?} says {english}: {help}");
        }
    }
    let help = text(&wanyan(&["--help"]).stdout);
    for part in ["命令:", "选项:", "例子：", "check", "fix", "explain", "rules", "lexicon", "completions", "退出码"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
    let check = text(&wanyan(&["check", "--help"]).stdout);
    for part in ["参数:", "选项:", "--format <格式>", "--field <字段>", "例子："] {
        assert!(check.contains(part), "{part}: {check}");
    }
}

#[test]
fn nothing_to_do_shows_help_and_exits_with_2() {
    let output = wanyan(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("用法：wanyan"));
}

#[test]
fn the_version_is_told() {
    let output = wanyan(&["--version"]);
    assert_eq!(text(&output.stdout), format!("wanyan {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = wanyan(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        for part in ["check", "fix", "explain", "rules", "lexicon", "completions", "min-severity"] {
            assert!(script.contains(part), "{shell}: {part}");
        }
    }
}

#[test]
fn a_new_entry_is_printed() {
    let output = wanyan(&["lexicon", "new", "arguing/look-yourself"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("id = \"look-yourself\""));
}

#[test]
fn colour_is_off_in_a_pipe_and_can_be_forced() {
    let coloured = |arguments: &[&str]| text(&wanyan(arguments).stderr).contains('\u{1b}');
    assert!(!coloured(&["lexicon", "new", "x"]));
    assert!(coloured(&["--color", "always", "lexicon", "new", "x"]));
    assert!(!coloured(&["lexicon", "new", "x", "--color", "never"]));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wanyan"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
}
