//! Whether a value has the form that a schema asks for (pure).
//!
//! Only the words that every server understands are known: `type`, `properties`, `required`,
//! `additionalProperties: false`, `items` and `enum`. A word that is not known objects to nothing.

use serde_json::{Map, Value};

/// What is wrong with the value, in words that help a model; None if nothing is.
pub(super) fn objection(schema: &Value, value: &Value) -> Option<String> {
    check(schema, value, "the answer").err()
}

fn check(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return Err(format!("{place} is none of the allowed values"));
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|kind| is_of(kind, value)) {
        return Err(format!("{place} is not of type {}", types.join(" or ")));
    }
    match value {
        Value::Object(fields) => check_object(schema, fields, place),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            check(&schema["items"], item, &format!("{place}[{index}]"))
        }),
        _ => Ok(()),
    }
}

fn check_object(schema: &Value, fields: &Map<String, Value>, place: &str) -> Result<(), String> {
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(format!("{place} lacks the property {name}"));
        }
    }
    let closed = schema["additionalProperties"] == Value::Bool(false);
    for (name, field) in fields {
        let property = &schema["properties"][name.as_str()];
        if property.is_null() && closed {
            return Err(format!("{place} has a property that is not asked for"));
        }
        check(property, field, &format!("{place}.{name}"))?;
    }
    Ok(())
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_of_another_form_is_told_what_is_wrong() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["mood", "tags"],
            "properties": {
                "mood": {"type": "string", "enum": ["good", "bad"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "score": {"type": ["integer", "null"]},
            },
        });
        for (value, expected) in [
            (json!({"mood": "good", "tags": ["a"], "score": null}), None),
            (json!({"mood": "good", "tags": [], "score": 7}), None),
            (json!([]), Some("not of type object")),
            (json!({"mood": "good"}), Some("lacks the property tags")),
            (
                json!({"mood": "so so", "tags": []}),
                Some("none of the allowed"),
            ),
            (
                json!({"mood": "bad", "tags": [1]}),
                Some("answer.tags[0] is not of type string"),
            ),
            (
                json!({"mood": "bad", "tags": [], "x": 1}),
                Some("not asked for"),
            ),
            (
                json!({"mood": "bad", "tags": [], "score": 1.5}),
                Some("integer or null"),
            ),
        ] {
            let found = objection(&schema, &value);
            match expected {
                None => assert_eq!(found, None, "{value}"),
                Some(words) => assert!(found.unwrap().contains(words), "{value}"),
            }
        }
    }
}
