//! The words of a template that are checked when it is saved.
//!
//! Pure. The template engine finds an unknown filter only when it runs into it, which may be at
//! eight in the evening before an event. This reads the source once and lists every filter, test,
//! call and statement, and single braces, which the engine would print.

/// Statements that texts may use.
pub(super) const STATEMENTS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor"];

/// How a word is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// After a bar.
    Filter,
    /// After `is` or `is not`.
    Test,
    /// Before a bracket, and no filter or test.
    Call,
    /// The first word between `{%` and `%}`.
    Statement,
    /// In single braces, like `{firstName}`.
    SingleBraces,
}

/// One word, where it stands and how it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub line: usize,
    pub usage: Use,
    pub word: &'a str,
}

/// Every word of a template that compiles.
pub(super) fn words(source: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = source.get(at..).and_then(|rest| rest.find('{')) {
        let begun = at + open;
        let rest = source.get(begun + 1..).unwrap_or_default();
        let line = 1 + source
            .get(..begun)
            .unwrap_or_default()
            .matches('\n')
            .count();
        at = begun + 1;
        match rest.chars().next() {
            Some('#') => at += rest.find("#}").map_or(rest.len(), |end| end + 2),
            Some(kind @ ('{' | '%')) => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = end_of_code(inner, if kind == '{' { "}}" } else { "%}" });
                code(
                    inner.get(..end).unwrap_or_default(),
                    kind == '%',
                    line,
                    &mut found,
                );
                at += 1 + end;
            }
            _ => {
                if let Some(word) = single_braces(rest) {
                    found.push(Word {
                        line,
                        usage: Use::SingleBraces,
                        word,
                    });
                }
            }
        }
    }
    found
}

/// Where the code ends: at the closing sign that stands in no string.
fn end_of_code(inner: &str, close: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (place, c) in inner.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if inner
                .get(place..)
                .is_some_and(|rest| rest.starts_with(close)) =>
            {
                return place;
            }
            None => {}
        }
    }
    inner.len()
}

/// Lists the words of one piece of code.
fn code<'a>(inner: &'a str, statement: bool, line: usize, found: &mut Vec<Word<'a>>) {
    let tokens = tokens(inner);
    let word = |place: usize| tokens.get(place).copied().unwrap_or_default();
    for (place, token) in tokens.iter().copied().enumerate() {
        if !token.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            continue;
        }
        let (before, earlier) = (
            place.checked_sub(1).map_or("", word),
            place.checked_sub(2).map_or("", word),
        );
        let usage = if statement && place == 0 {
            Use::Statement
        } else if before == "|" {
            Use::Filter
        } else if before == "is" && token != "not" || before == "not" && earlier == "is" {
            Use::Test
        } else if word(place + 1) == "("
            && !matches!(
                token,
                "if" | "elif" | "in" | "and" | "or" | "not" | "is" | "else"
            )
        {
            Use::Call
        } else {
            continue;
        };
        found.push(Word {
            line,
            usage,
            word: token,
        });
    }
}

/// Words, and single signs; strings, spaces and the signs that trim spaces are left out.
fn tokens(inner: &str) -> Vec<&str> {
    let inner = inner.trim_start_matches(['-', '+']).trim_end_matches('-');
    let mut tokens = Vec::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((begun, c)) = chars.next() {
        if c == '"' || c == '\'' {
            let mut escaped = false;
            for (_, next) in chars.by_ref() {
                match next {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    next if next == c => break,
                    _ => {}
                }
            }
            // A string stands for itself: "is" in quotes is no word of the language.
            tokens.push("\"");
        } else if c.is_alphanumeric() || c == '_' {
            let mut end = begun + c.len_utf8();
            while let Some((place, next)) = chars.next_if(|(_, c)| c.is_alphanumeric() || *c == '_')
            {
                end = place + next.len_utf8();
            }
            tokens.extend(inner.get(begun..end));
        } else if !c.is_whitespace() {
            tokens.extend(inner.get(begun..begun + c.len_utf8()));
        }
    }
    tokens
}

/// The word of `{word}`, with the text behind the brace given.
fn single_braces(rest: &str) -> Option<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' ');
    let end = rest.find(|c: char| !part(c))?;
    let word = rest
        .get(..end)
        .filter(|_| rest.get(end..).is_some_and(|r| r.starts_with('}')))?;
    let name = word.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(Use, &str)> {
        words(source)
            .iter()
            .map(|word| (word.usage, word.word))
            .collect()
    }

    #[test]
    fn every_use_of_a_word_is_found() {
        use Use::{Call, Filter, SingleBraces, Statement, Test};
        let source = "{% if (a is not defined) -%}{{ a | default(\"x|y }} is b\")|upper }}\
            {%- endif %}{{ range(3) }} {# |no #} {firstName} {{ a.lower() }}\
            {% for x in xs %}{% endfor %}";
        assert_eq!(
            found(source),
            [
                (Statement, "if"),
                (Test, "defined"),
                (Filter, "default"),
                (Filter, "upper"),
                (Statement, "endif"),
                (Call, "range"),
                (SingleBraces, "firstName"),
                (Call, "lower"),
                (Statement, "for"),
                (Statement, "endfor"),
            ]
        );
    }

    #[test]
    fn braces_of_prose_are_no_words() {
        assert_eq!(found("a { b } c } {1} { d"), [(Use::SingleBraces, "b")]);
        assert_eq!(found("{ a b } {} {{ x }"), []);
    }
}
