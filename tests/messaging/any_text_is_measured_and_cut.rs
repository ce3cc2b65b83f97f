//! Properties of lengths, spellings and templates, for every text.

use std::time::{Duration, Instant};

use pgcascade::messaging::placeholder::{self, Placeholders};
use pgcascade::messaging::segments::{CHARS_MAX, Encoding, fit, measure, price};
use pgcascade::messaging::template::Template;
use pgcascade::messaging::transliterate::transliterate;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,400}",
        "[a-zA-Z €\\[\\]~’“”–…éçã👋🤝\n]{0,400}",
        "([a-z]{1,12} ){0,90}https://example\\.com/[a-z0-9?=&]{0,40}( [a-z👋]{1,9}){0,60}",
        "([ぁ-ん]{1,20}){0,30}",
    ]
}

/// The definition, written down again: the alphabet as ranges and letters, parts filled one by one.
fn model(text: &str) -> (bool, usize, usize) {
    let extension = "^{}\\[~]|€\u{c}";
    let letters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
    let basic = |c: char| letters.contains(c) || (' '..='Z').contains(&c) || c.is_ascii_lowercase();
    let gsm = text.chars().all(|c| basic(c) || extension.contains(c));
    let widths: Vec<usize> = text
        .chars()
        .map(|c| {
            if gsm {
                1 + usize::from(extension.contains(c))
            } else {
                c.len_utf16()
            }
        })
        .collect();
    let units: usize = widths.iter().sum();
    let (single, part) = if gsm { (160, 153) } else { (70, 67) };
    if units <= single {
        return (gsm, units, usize::from(units > 0));
    }
    let mut left = 0;
    let mut parts = 0;
    for width in widths {
        if width > left {
            left = part;
            parts += 1;
        }
        left -= width;
    }
    (gsm, units, parts)
}

proptest! {
    #[test]
    fn every_text_is_measured_as_the_standard_says(text in text()) {
        let size = measure(&text);
        let gsm = size.encoding == Encoding::Gsm7;
        prop_assert_eq!((gsm, size.units, size.segments), model(&text));
        let price = price(&text);
        prop_assert!(price.plain.segments <= price.size.segments);
        prop_assert_eq!(price.plain.encoding, Encoding::Gsm7);
    }

    #[test]
    fn a_spelling_is_never_longer_to_send_and_stays_itself(text in text()) {
        let spelled = transliterate(&text);
        let again = transliterate(&spelled.text);
        prop_assert_eq!(&again.text, &spelled.text);
        prop_assert!(again.replaced.is_empty(), "{:?}", again.replaced);
        if measure(&text).encoding == Encoding::Gsm7 {
            prop_assert_eq!(&spelled.text, &text);
        }
        prop_assert_eq!(spelled.text.contains("https://"), text.contains("https://"));
    }

    #[test]
    fn a_cut_text_fits_and_keeps_its_links(text in text(), segments in 1..6_usize) {
        match fit(&text, segments) {
            Ok(fitted) => {
                prop_assert!(measure(&fitted.text).segments <= segments);
                prop_assert!(fitted.text.chars().count() <= CHARS_MAX);
                for link in text.split_whitespace().filter(|word| word.starts_with("https://")) {
                    let link = link.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'', '"']);
                    prop_assert!(link.len() < 12 || fitted.text.contains(link), "{link} is gone");
                }
                prop_assert_eq!(fitted.cut_chars == 0, fitted.text == text);
            }
            Err(error) => prop_assert!(error.segments > segments),
        }
    }

    #[test]
    fn any_template_is_refused_or_rendered(
        source in prop_oneof![
            "(?s).{0,60}",
            "(\\{\\{ [a-z|'()\" ]{0,12} \\}\\}|\\{% (if|for|else|endif|endfor)[a-z ]{0,9} %\\}|[a-z{}%#]){0,8}",
        ],
        name in "(?s).{0,30}",
    ) {
        if let Ok(template) = Template::compile(&source, &["a", "b", "name"]) {
            let values = serde_json::json!({"a": name, "b": [name], "name": name});
            let text = template.render(values.as_object().unwrap());
            prop_assert!(text.is_err() || !text.unwrap().trim().is_empty());
        }
    }

    #[test]
    fn a_value_is_never_evaluated(name in "(?s)[^\\s].{0,40}") {
        let values = serde_json::json!({"name": name});
        let template = Template::compile("Hey {{ name }}!", &["name"]).unwrap();
        let text = template.render(values.as_object().unwrap());
        prop_assert_eq!(text, Ok(format!("Hey {name}!")));
        let stored = Placeholders { name: Some(&name), ..Placeholders::default() };
        let text = placeholder::fill("Hey {name}!", &stored);
        prop_assert_eq!(text, Ok(format!("Hey {name}!")));
    }
}

#[test]
fn a_hundred_times_the_text_takes_no_more_than_its_share_of_time() {
    for piece in ["word ", "x", "’", "{", "https://a.b/", "👋🏽", "{{ a", "a.b/"] {
        let begun = Instant::now();
        let long = piece.repeat(100_000 / piece.len());
        let _ = fit(&long, 3);
        let _ = transliterate(&long);
        let _ = placeholder::check(&long);
        let _ = Template::compile(&piece.repeat(5000 / piece.len()), &["a"]);
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{piece}: {took:?}");
    }
}
