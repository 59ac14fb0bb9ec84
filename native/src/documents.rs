//! Stored documents in, their texts out; as `khsearch.documents.stored` writes them: one line of JSON.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::analysis::utf8::is_utf8;

const BEFORE: &[u8] = b"{\"id\":\"\",\"title\":\"\",\"text\":\"";
const BEHIND: &[u8] = b"\"}";
const FIELDS: &[u8] = b"\",\"fields\":{";

/// The text of what is stored beside id and title, in UTF-8; None where that takes Python: it is written otherwise, or is
/// not what was written at all. Fields are not looked into.
fn text_of(body: &[u8]) -> Option<Cow<'_, [u8]>> {
    let given = body.strip_prefix(BEFORE)?;
    let mut at = plain(given);
    let mut text = Cow::Borrowed(&given[..at]);
    while given.get(at) == Some(&b'\\') {
        let (code, size) = escaped(&given[at..])?;
        let text = text.to_mut();
        text.push(code);
        at += size;
        let size = plain(&given[at..]);
        text.extend_from_slice(&given[at..at + size]);
        at += size;
    }
    let rest = given.get(at..)?;
    let is_whole = rest == BEHIND || (rest.starts_with(FIELDS) && rest.ends_with(b"}}"));
    Some(text).filter(|text| is_whole && is_utf8(text))
}

/// How many bytes at the beginning stand for themselves in a text of JSON.
fn plain(bytes: &[u8]) -> usize {
    let is_odd = |byte: u8| (byte == b'"') | (byte == b'\\') | (byte < 0x20);
    let mut at = 0;
    for some in bytes.chunks(64) {
        if some.iter().fold(false, |odd, &byte| odd | is_odd(byte)) {
            break;
        }
        at += some.len();
    }
    at + bytes[at..].iter().take_while(|&&byte| !is_odd(byte)).count()
}

/// The character that bytes begin with, as JSON escapes those of ASCII, and its bytes there.
fn escaped(bytes: &[u8]) -> Option<(u8, usize)> {
    let code = match bytes.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'f' => 0x0C,
        b'b' => 0x08,
        b'u' => {
            let number = std::str::from_utf8(bytes.get(2..6)?).ok()?;
            let is_number = number.bytes().all(|digit| digit.is_ascii_hexdigit());
            let point = u8::from_str_radix(number, 16).ok();
            return Some((point.filter(|&point| is_number && point < 0x80)?, 6));
        }
        &code @ (b'"' | b'\\' | b'/') => code,
        _ => return None,
    };
    Some((code, 2))
}

/// The text of what is stored beside id and title, in UTF-8; None for one that takes Python.
#[pyfunction(name = "text_of")]
fn told<'py>(py: Python<'py>, body: &[u8]) -> Option<Bound<'py, PyBytes>> {
    text_of(body).map(|text| PyBytes::new(py, &text))
}

/// Give the module what this zone has.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(told, module)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rest: &str) -> Option<String> {
        let body = [BEFORE, rest.as_bytes()].concat();
        text_of(&body).map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn texts_are_read_as_json_has_them() {
        let long = "\u{1780}".repeat(100);
        assert_eq!(of("\"}").as_deref(), Some(""));
        assert_eq!(of("a \u{1780}\"}").as_deref(), Some("a \u{1780}"));
        assert_eq!(of(&format!("{}\\n{}\"}}", long, long)), Some(format!("{}\n{}", long, long)));
        assert_eq!(of("\\\"\\\\\\/\\t\\f\\u0001x\",\"fields\":{\"a\":1}}").as_deref(), Some("\"\\/\t\u{c}\u{1}x"));
    }

    #[test]
    fn what_is_written_otherwise_takes_python() {
        for odd in ["", "a", "a\\", "a\\u00", "a\\u1780\"}", "a\\u+001\"}", "a\nb\"}", "\",\"x\":1}", "\"}x", "\\x\"}"]
        {
            assert_eq!(of(odd), None, "{}", odd);
        }
        assert!(text_of(b"{\"id\":\"1\",\"title\":\"\",\"text\":\"a\"}").is_none());
        assert!(text_of(&[BEFORE, b"\xE1\x9E\"}"].concat()).is_none());
    }
}
