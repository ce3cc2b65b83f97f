//! STOP as phones, fingers and other alphabets write it: obeyed, or shown to a person; never passed
//! over.

use pgcascade::messaging::keywords::{Certainty, Wish, hear};

/// Certainly a STOP.
const CERTAIN: &[&str] = &[
    "stop",
    "sTOP",
    " \t\nSTOP\r\n",
    "Stop.",
    "STOP!!!",
    "«STOP»",
    "\"Stop\"",
    "'stop'",
    "(stop)",
    "*STOP*",
    "S T O P",
    "S.T.O.P.",
    "S-T-O-P",
    "ＳＴＯＰ",
    "𝗦𝗧𝗢𝗣",
    "𝐒𝐓𝐎𝐏",
    "STO\u{200b}P",
    "\u{feff}STOP",
    "ST\u{ad}OP",
    "STOP\u{fe0f}",
    "STOP 🛑",
    "🛑STOP🛑",
    "STOP\n\nSent from my iPhone",
    "STOP STOP STOP",
    "stop please",
    "pls stop",
    "STOPALL",
    "stop all",
    "Unsubscribe",
    "UNSUBSCRIBE ME",
    "opt out",
    "opt-out",
    "OPTOUT",
    "quit",
    "CANCEL",
    "end",
    "revoke",
    "Please stop texting me",
    "ALTO",
    "PARAR",
    "ARRÊT",
    "arret",
    "stop\u{0}",
    "STOP – thanks",
    "STOP2END",
    "Stop2Quit",
    "stop 2 end",
];

/// At least shown to a person, who decides, while nothing is sent.
const AT_LEAST_SHOWN: &[&str] = &[
    "ЅТОР", "STОP", "ST0P", "STPO", "stopp", "stoop", "sotp", "st op", "🛑",
];

#[test]
fn each_ends_texts_or_is_shown_to_a_person() {
    let mut missed = Vec::new();
    for text in CERTAIN {
        let heard = hear(text).map(|heard| (heard.wish, heard.certainty));
        if heard != Some((Wish::StopAll, Certainty::Certain)) {
            missed.push(format!("{text:?} certainly: {heard:?}"));
        }
    }
    for text in AT_LEAST_SHOWN {
        let heard = hear(text);
        if heard.is_none_or(|heard| heard.wish != Wish::StopAll) {
            missed.push(format!("{text:?} at least: {heard:?}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn words_that_only_hold_it_end_nothing() {
    for text in [
        "The bus stop is across the street",
        "nonstop great talks",
        "I could not stop laughing",
        "Stopped by booth 12",
        "weekend",
        "Can we stop by your booth?",
        "at the end of the day: hire",
        "YES",
        "Ask Maria how she lowers unsubscribes",
        "o respeito para com essas pessoas",
        "invoice unko mat bhejo",
        "invoice unko na bhejo",
        "उनको मत भेजो",
        "message nahi mila",
        "message band mat karo",
        "we text the band at noon",
    ] {
        let heard = hear(text);
        assert!(
            heard.is_none_or(|heard| heard.certainty != Certainty::Certain),
            "{text:?}: {heard:?}"
        );
    }
}

#[test]
fn other_scripts_end_clauses_and_have_courtesies() {
    certain(&[
        "रोको। धन्यवाद",
        "बंद करो। धन्यवाद जी",
        "बंद करो॥ शुक्रिया",
        "توقف، شكرا",
        "توقف۔ شكرا",
        "stop； dhanyavad",
        "band karo ji",
        "bas karo, shukriya",
    ]);
}

#[test]
fn hindi_refusals_of_messages_are_heard_however_they_are_built() {
    certain(&[
        "मेसेज बंद करो",
        "मैसेज नही चाहिए",
        "मैसेज नहीं चाहिये",
        "messages nahi chahiye",
        "msg nahin chahiye",
        "भेजना बंद कीजिए",
        "message band kare",
        "message band karein",
        "message bhejna band kijiye",
        "मुझे मत भेजो",
        "mujhe kuch mat bhejo",
        "message mat bhejo",
        "na bhejo",
        "para com essas mensagens",
        "para com isso",
    ]);
}

fn certain(texts: &[&str]) {
    let wanted = Some((Wish::StopAll, Certainty::Certain));
    let missed: Vec<_> = texts
        .iter()
        .filter(|text| hear(text).map(|heard| (heard.wish, heard.certainty)) != wanted)
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
