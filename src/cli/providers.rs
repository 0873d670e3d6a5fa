//! `providers.toml` of the settings: what Aloud is called at providers that accounts sign in at.
//!
//! ```toml
//! [google]
//! client-id = "..."
//! client-secret = "..."
//!
//! ["https://id.example.com"]
//! client-id = "..."
//! ```

use std::{collections::BTreeMap, path::Path};

use crate::{
    engine::{OAuthClient, Provider},
    model::Secret,
};

/// The file's name.
pub const NAME: &str = "providers.toml";

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    client_id: String,
    client_secret: Option<String>,
}

/// Reads the file in the folder of the settings; one that cannot be read is told and left out.
#[must_use]
pub fn load(config: &Path) -> Vec<OAuthClient> {
    let file = config.join(NAME);
    let Ok(text) = std::fs::read_to_string(&file) else { return Vec::new() };
    parse(&text).unwrap_or_else(|why| {
        let file = file.display().to_string();
        eprintln!("aloud: {}", fl!("cli-providers-unreadable", file = file, why = why));
        Vec::new()
    })
}

fn parse(text: &str) -> Result<Vec<OAuthClient>, String> {
    let entries: BTreeMap<String, Entry> =
        toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let client = |(name, entry): (String, Entry)| OAuthClient {
        provider: Provider::named(&name),
        id: entry.client_id,
        secret: entry.client_secret.map(Secret::new),
    };
    Ok(entries.into_iter().map(client).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_and_issuers_are_read() {
        let text = "[google]\nclient-id = \"g\"\nclient-secret = \"s\"\n\
                    [\"https://id.example.com/\"]\nclient-id = \"i\"\n";
        let clients = parse(text).expect("read");
        let found: Vec<_> = clients
            .iter()
            .map(|c| (c.provider.clone(), c.id.as_str(), c.secret.is_some()))
            .collect();
        let issuer = Provider::Issuer("https://id.example.com".into());
        assert_eq!(found, [(Provider::Google, "g", true), (issuer, "i", false)]);
        for bad in ["[google]\nclient = 1", "google", "[google]\nclient-id = \"a\"\nx = 1"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
