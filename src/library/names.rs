//! The names that any text may use: the clinic's details, and the drawings of `content/figures`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::library::markdown::Names;
use crate::web::site::Site;

pub fn names(content: &Path, site: &Site) -> anyhow::Result<Names> {
    let clinic = &site.clinic;
    let mut figures = BTreeMap::new();
    let folder = content.join("figures");
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let file = entry?.path();
        if let (Some("svg"), Some(name)) =
            (file.extension().and_then(|e| e.to_str()), file.file_stem().and_then(|n| n.to_str()))
        {
            let svg =
                std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            figures.insert(name.to_owned(), svg.trim().to_owned());
        }
    }
    let details = BTreeMap::from([
        ("site", clinic.site.clone()),
        ("clinic", clinic.clinic.clone()),
        ("producer", clinic.producer.clone()),
        ("phone", clinic.phone.clone()),
        ("email", clinic.email.clone()),
        ("address", clinic.address.join(", ")),
        ("hours", clinic.opening_hours().join("; ")),
    ]);
    Ok(Names { details: Arc::new(details), figures: Arc::new(figures), ..Names::default() })
}
