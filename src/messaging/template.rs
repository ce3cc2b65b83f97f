//! Templates of texts: checked when they are saved, never a text with a hole.
//!
//! Pure. The language is Jinja's, through the crate `minijinja`, cut down to what a text needs:
//! values, `if`, `for`, and the filters of `text_filters`. Nothing is escaped and no value is ever
//! evaluated: a name comes out as it was typed, whatever it holds. Fuel and sizes bound the work.

use std::collections::BTreeSet;
use std::io;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

pub use super::template_error::{RenderError, TemplateError};
use super::template_syntax::{self, Use};
use super::text_filters;

/// Characters of a template; a text itself has at most 1,600.
pub const SOURCE_CHARS_MAX: usize = 5000;

/// Bytes of a rendered text before anybody shortens it.
const OUTPUT_BYTES_MAX: usize = 20_000;

/// Instructions of one rendering: a hundred times what the longest sample needs.
const FUEL: u64 = 20_000;

/// What is quoted of a template in an error.
const QUOTE_CHARS_MAX: usize = 60;

/// The name under which the only template of an environment is kept.
const NAME: &str = "text";

/// A template that may be saved and rendered.
#[derive(Clone, Debug)]
pub struct Template {
    environment: Environment<'static>,
    variables: BTreeSet<String>,
}

impl Template {
    /// Compiles a template for texts that have these variables: `first_name`, `peer` (with all its
    /// fields) or `peer.company` (that field).
    ///
    /// # Errors
    ///
    /// What keeps it from being saved, with its line.
    pub fn compile(source: &str, declared: &[&str]) -> Result<Self, TemplateError> {
        let chars = source.chars().count();
        if source.trim().is_empty() {
            return Err(TemplateError::Empty);
        }
        if chars > SOURCE_CHARS_MAX {
            return Err(TemplateError::TooLong { chars });
        }
        let mut environment = environment();
        environment
            .add_template_owned(NAME, source.to_owned())
            .map_err(|error| syntax(&error))?;
        check_words(source)?;
        let variables: BTreeSet<String> = environment
            .get_template(NAME)
            .map_err(|error| syntax(&error))?
            .undeclared_variables(true)
            .into_iter()
            .collect();
        for name in &variables {
            check_variable(name, declared)?;
        }
        Ok(Self {
            environment,
            variables,
        })
    }

    /// The variables that it uses, with their paths, sorted.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    /// The text for these values.
    ///
    /// # Errors
    ///
    /// Which variable is missing, or what else keeps the text from being whole.
    pub fn render(
        &self,
        values: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<String, RenderError> {
        let mut out = Bounded(Vec::new());
        let template = self.environment.get_template(NAME);
        let rendered = template.and_then(|template| {
            template
                .render_captured_to(Serde(values), &mut out)
                .map(drop)
        });
        rendered.map_err(|error| self.explain(&error))?;
        let text = String::from_utf8_lossy(&out.0).into_owned();
        if text.trim().is_empty() {
            return Err(RenderError::Blank);
        }
        Ok(text)
    }

    fn explain(&self, error: &Error) -> RenderError {
        let line = error.line().unwrap_or(1);
        let name = self.quote(error);
        match error.kind() {
            ErrorKind::UndefinedError => RenderError::Missing { line, name },
            ErrorKind::NonPrimitive => RenderError::NotText { line, name },
            ErrorKind::WriteFailure | ErrorKind::OutOfFuel => RenderError::TooMuch,
            // The kind alone: a detail may quote a value, which is somebody's.
            kind => RenderError::Failed {
                line,
                name,
                detail: kind.to_string(),
            },
        }
    }

    /// The expression of the template in which the error happened.
    fn quote(&self, error: &Error) -> String {
        let source = self.environment.get_template(NAME);
        let range = error.range().unwrap_or_default();
        let quoted = source.as_ref().ok().and_then(|t| t.source().get(range));
        let quoted = quoted.unwrap_or("a value").trim_matches(['{', '}', ' ']);
        quoted.chars().take(QUOTE_CHARS_MAX).collect()
    }
}

/// Nothing but what texts need: no includes, no functions, no escaping.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    // A condition may ask for a value that is missing: that is the template's own fallback. To
    // print it, to loop over it or to look into it is an error.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(false);
    environment.set_formatter(|out, _, value| {
        if text_filters::is_missing(value) {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        match value.kind() {
            ValueKind::String => out.write_str(value.as_str().unwrap_or_default()),
            ValueKind::Number | ValueKind::Bool => out.write_str(&value.to_string()),
            _ => return Err(Error::from(ErrorKind::NonPrimitive)),
        }
        .map_err(|_| Error::from(ErrorKind::WriteFailure))
    });
    text_filters::add(&mut environment);
    environment
}

fn syntax(error: &Error) -> TemplateError {
    TemplateError::Syntax {
        line: error.line().unwrap_or(1),
        detail: error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned),
    }
}

/// Refuses words that would fail only while a text is rendered.
fn check_words(source: &str) -> Result<(), TemplateError> {
    for found in template_syntax::words(source) {
        let (what, known) = match found.usage {
            Use::Filter => ("filter", text_filters::FILTERS),
            Use::Test => ("test", text_filters::TESTS),
            Use::Call => ("function", &[][..]),
            Use::Statement => ("statement", template_syntax::STATEMENTS),
            Use::SingleBraces => {
                return Err(TemplateError::SingleBraces {
                    line: found.line,
                    found: found.word.to_owned(),
                });
            }
        };
        if !known.contains(&found.word) {
            return Err(TemplateError::UnknownWord {
                line: found.line,
                what,
                name: found.word.chars().take(QUOTE_CHARS_MAX).collect(),
                known: if known.is_empty() {
                    format!("the filters {}", text_filters::FILTERS.join(", "))
                } else {
                    known.join(", ")
                },
            });
        }
    }
    Ok(())
}

fn check_variable(name: &str, declared: &[&str]) -> Result<(), TemplateError> {
    // Declared itself, within what is declared, or the whole of which a part is declared.
    let fits = |known: &&str| {
        let part = |whole: &str, part: &str| {
            part.strip_prefix(whole)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        *known == name || part(known, name) || part(name, known)
    };
    if declared.iter().any(fits) {
        return Ok(());
    }
    Err(TemplateError::UnknownVariable {
        name: name.chars().take(QUOTE_CHARS_MAX).collect(),
        known: declared.join(", "),
    })
}

/// A buffer that refuses to grow beyond [`OUTPUT_BYTES_MAX`].
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT_BYTES_MAX {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a value as text, for filters: none for what no text is.
pub(super) fn as_text(value: &Value) -> Option<String> {
    match value.kind() {
        ValueKind::String | ValueKind::Number => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value as Json, json};

    const KNOWN: &[&str] = &[
        "first_name",
        "event_name",
        "room",
        "peer",
        "sponsors",
        "count",
    ];

    fn values(json: Json) -> Map<String, Json> {
        json.as_object().unwrap().clone()
    }

    fn render(source: &str, json: Json) -> Result<String, RenderError> {
        Template::compile(source, KNOWN)
            .unwrap()
            .render(&values(json))
    }

    #[test]
    fn a_template_lists_the_variables_it_uses() {
        let source = "Hey {{ first_name|default('there') }}!{% if room %} In {{ room }}.{% endif %}\
            \x20Meet {{ peer.name }}{% for s in sponsors %}, {{ s.name }}{% endfor %}";
        let template = Template::compile(source, KNOWN).unwrap();
        let used: Vec<&str> = template.variables().collect();
        assert_eq!(used, ["first_name", "peer.name", "room", "sponsors"]);
    }

    #[test]
    fn values_come_out_as_typed() {
        for name in [
            "O'Neil \"Bo\" <b>&amp;</b>",
            "{{ first_name }} {% raw %}",
            "{firstName} ${x} %s",
            "línea\nnueva 👋",
        ] {
            let text = render("Hey {{ first_name }}!", json!({ "first_name": name }));
            assert_eq!(text, Ok(format!("Hey {name}!")));
        }
        let text = render(
            "{{ count|plural('session') }} in {{ count }}",
            json!({"count": 3}),
        );
        assert_eq!(text.as_deref(), Ok("3 sessions in 3"));
    }

    #[test]
    fn what_is_missing_is_an_error_unless_the_template_has_a_fallback() {
        for json in [
            json!({}),
            json!({"first_name": null}),
            json!({"first_name": " "}),
        ] {
            let missing = RenderError::Missing {
                line: 2,
                name: "first_name".to_owned(),
            };
            assert_eq!(render("Hey\n{{ first_name }}!", json.clone()), Err(missing));
            for source in [
                "Hey {{ first_name|default('there') }}!",
                "Hey {{ first_name|first_name('there') }}!",
                "Hey {% if first_name is missing %}there{% else %}{{ first_name }}{% endif %}!",
            ] {
                assert_eq!(render(source, json.clone()).as_deref(), Ok("Hey there!"));
            }
        }
        for source in [
            "{{ peer.name }}",
            "{{ peer.name|upper }}",
            "{{ 'x' if room }}",
        ] {
            let error = render(source, json!({"peer": {}})).unwrap_err();
            assert!(
                matches!(error, RenderError::Missing { .. }),
                "{source}: {error}"
            );
        }
        assert_eq!(
            render("{% if room %}x{% endif %}", json!({})),
            Err(RenderError::Blank)
        );
    }

    #[test]
    fn a_list_is_no_text() {
        let json = json!({"sponsors": ["Acme", "", "Bolt"], "peer": {"name": "x"}});
        let text = render("{{ sponsors|join }}", json.clone());
        assert_eq!(text.as_deref(), Ok("Acme, Bolt"));
        for source in ["{{ sponsors }}", "{{ peer }}", "{{ peer|upper }}"] {
            let error = render(source, json.clone()).unwrap_err();
            assert!(
                matches!(error, RenderError::NotText { .. }),
                "{source}: {error}"
            );
        }
    }

    #[test]
    fn what_cannot_work_is_refused_when_it_is_saved() {
        let refused = |source: &str| Template::compile(source, KNOWN).unwrap_err();
        assert_eq!(refused("  "), TemplateError::Empty);
        let long = "x".repeat(SOURCE_CHARS_MAX + 1);
        assert_eq!(refused(&long), TemplateError::TooLong { chars: 5001 });
        for source in ["Hey {{ first_name", "{% if room %}", "{{ }}", "{% endif %}"] {
            assert!(
                matches!(refused(source), TemplateError::Syntax { .. }),
                "{source}"
            );
        }
        for source in [
            "{{ firstname }}",
            "{{ firstname|default('x') }}",
            "{{ range(3) }}",
        ] {
            let error = refused(source);
            let unknown = matches!(
                error,
                TemplateError::UnknownVariable { .. } | TemplateError::UnknownWord { .. }
            );
            assert!(unknown, "{source}: {error}");
        }
        for source in [
            "{{ room|shout }}",
            "{% if room is odd %}x{% endif %}",
            "{% set x = room %}{{ x }}",
            "{{ room.upper() }}",
        ] {
            let error = refused(source);
            assert!(
                matches!(error, TemplateError::UnknownWord { .. }),
                "{source}: {error}"
            );
        }
        assert!(matches!(
            refused("Hey {firstName}"),
            TemplateError::SingleBraces { .. }
        ));
        let part = Template::compile("{{ peer.name }}", &["peer.company"]);
        assert!(matches!(part, Err(TemplateError::UnknownVariable { .. })));
    }

    #[test]
    fn a_template_that_grows_without_bounds_is_stopped() {
        let list: Vec<u32> = (0..200).collect();
        let json = json!({"sponsors": list, "room": "x".repeat(1000)});
        let nested = "{% for a in sponsors %}{% for b in sponsors %}{% for c in sponsors %}\
            {% if c %}{% endif %}{% endfor %}{% endfor %}{% endfor %}x";
        assert_eq!(render(nested, json.clone()), Err(RenderError::TooMuch));
        let long = "{% for a in sponsors %}{{ room }}{% endfor %}";
        assert_eq!(render(long, json), Err(RenderError::TooMuch));
    }

    #[test]
    fn an_error_names_no_value() {
        let json = json!({"first_name": "Zebulon", "room": "Zebulon"});
        let error = render("{{ first_name + 1 }}", json).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Zebulon"), "{error}");
    }
}
