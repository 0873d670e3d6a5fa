//! Files of contact cards: choosing, reading, writing.

use std::path::PathBuf;

use crate::{
    engine::{Engine, Error, Invalid},
    model::ContactId,
};

/// Lets the user choose files and imports every card in them.
pub async fn import(engine: Engine, limit: u64) -> Result<Vec<ContactId>, Error> {
    let dialog = rfd::AsyncFileDialog::new().add_filter("vCard", &["vcf", "vcard"]);
    let mut ids = Vec::new();
    for file in dialog.pick_files().await.unwrap_or_default() {
        let path = file.path().to_owned();
        let failed = |e: std::io::Error| Error::Store(e.to_string());
        if tokio::fs::metadata(&path).await.map_err(failed)?.len() > limit {
            return Err(Error::Invalid(Invalid::LargeCardFile));
        }
        let octets = tokio::fs::read(&path).await.map_err(failed)?;
        ids.extend(engine.import_file(octets, file.file_name()).await?);
    }
    Ok(ids)
}

/// Lets the user choose a file and writes the card there.
pub async fn export(engine: Engine, id: ContactId, name: String) -> Result<Option<PathBuf>, Error> {
    let octets = engine.export_contact(id).await?;
    let safe: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || " -_.".contains(c) { c } else { '_' })
        .collect();
    let dialog = rfd::AsyncFileDialog::new()
        .add_filter("vCard", &["vcf"])
        .set_file_name(format!("{safe}.vcf"));
    let Some(file) = dialog.save_file().await else { return Ok(None) };
    let to = file.path().to_owned();
    tokio::fs::write(&to, octets).await.map_err(|e| Error::Store(e.to_string()))?;
    Ok(Some(to))
}
