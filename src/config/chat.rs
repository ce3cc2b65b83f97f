//! Settings of the chat model.

use clap::Args;
use secrecy::SecretString;

use super::{ConfigError, base_url};
use crate::providers::openai::{self, OpenAiConfig, Prices};

/// The heading of these flags in `--help`.
const CHAT: &str = "Chat model";

/// Digits behind the point of a dollar that count: prices are held in millionths.
const MICRO_DIGITS: usize = 6;

/// The model that writes texts and reads what rules cannot. Without a key rules and templates do.
#[derive(Debug, Clone, Args)]
pub struct Chat {
    /// Key of OpenAI, or of a service that speaks like it; without it rules and templates do
    #[arg(long, env = "OPENAI_API_KEY", value_name = "KEY", hide_env_values = true,
          help_heading = CHAT)]
    pub openai_api_key: Option<SecretString>,

    /// The model
    #[arg(long, env = "OPENAI_MODEL", value_name = "MODEL", default_value = openai::MODEL,
          help_heading = CHAT)]
    pub openai_model: String,

    /// Where the service is, such as http://localhost:11434/v1 for Ollama
    #[arg(long, env = "OPENAI_BASE_URL", value_name = "URL", default_value = openai::BASE_URL,
          hide_env_values = true, help_heading = CHAT)]
    pub openai_base_url: String,

    /// Prices in US dollars of a million tokens: input, cached input, output, such as 0.4,0.1,1.6
    ///
    /// With them the cost of every answer is recorded.
    #[arg(long, env = "OPENAI_PRICES", value_name = "PRICES", help_heading = CHAT)]
    pub openai_prices: Option<String>,
}

impl Chat {
    /// Settings of the model; None without a key. Address and prices are checked all the same.
    ///
    /// # Errors
    /// The address is no base URL, or the prices cannot be read.
    pub fn openai(&self) -> Result<Option<OpenAiConfig>, ConfigError> {
        let base_url = base_url("OPENAI_BASE_URL", &self.openai_base_url)?;
        let prices = match &self.openai_prices {
            Some(text) => Some(prices(text).ok_or(ConfigError::Prices)?),
            None => None,
        };
        let config = |key: &SecretString| OpenAiConfig {
            prices,
            ..OpenAiConfig::new(base_url, key.clone(), self.openai_model.trim())
        };
        Ok(self.openai_api_key.as_ref().map(config))
    }
}

/// Three prices, separated by commas.
fn prices(text: &str) -> Option<Prices> {
    let parts = text.split(',').map(|part| micros(part.trim()));
    let parts = parts.collect::<Option<Vec<_>>>()?;
    match parts.as_slice() {
        [input, cached_input, output] => Some(Prices {
            input: *input,
            cached_input: *cached_input,
            output: *output,
        }),
        _ => None,
    }
}

/// Dollars, as they are written, in millionths.
fn micros(dollars: &str) -> Option<u64> {
    let (whole, part) = dollars.split_once('.').unwrap_or((dollars, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > MICRO_DIGITS {
        return None;
    }
    format!("{whole}{part:0<MICRO_DIGITS$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_to_the_millionth() {
        let read = prices("0.4, 0.1,1.600001").unwrap();
        assert_eq!(
            (read.input, read.cached_input, read.output),
            (400_000, 100_000, 1_600_001)
        );
        for text in [
            "",
            "1",
            "1,2",
            "1,2,3,4",
            "1,2,-3",
            "1,2,.5",
            "1,2,0.0000001",
            "a,b,c",
        ] {
            assert_eq!(prices(text), None, "{text}");
        }
    }
}
