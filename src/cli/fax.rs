//! `aloud fax render`: a page of a fax as a picture (TIFF-F: RFC 2306, ITU-T T.4 and T.6).
//!
//! The input is a TIFF file or a message (RFC 5322) with fax parts, whose pages count on through all
//! of them, those of enclosed messages included. Tests: `tests/cli/fax.rs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    Failure, Outcome,
    inspect::{collect, read_input},
    write_output,
};
use crate::{
    codec::{self, fax},
    message::{
        Mail, Permission, Rendering,
        inspect::{self, ReadOptions},
    },
};

/// Most pixels of a picture; pages that would be larger in true proportion become smaller.
const PIXELS: f64 = 50_000_000.0;

/// Arguments of `aloud fax`.
#[derive(Debug, Args)]
pub struct FaxArgs {
    #[command(subcommand)]
    command: FaxCommand,
}

#[derive(Debug, Subcommand)]
enum FaxCommand {
    /// Turn one page into a picture.
    Render(RenderArgs),
}

#[derive(Debug, Args)]
struct RenderArgs {
    /// The page, counted from 1.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Rows of bits as they were sent, most significant bit first, 1 is black, each row filled up to
    /// an octet (a PBM without its header).
    #[arg(long, conflicts_with = "png")]
    raw: bool,
    /// A PNG in true proportions (this is the default).
    #[arg(long)]
    png: bool,
    /// A TIFF file, or a message (RFC 5322) with one; `-` is standard input.
    #[arg(value_name = "IN")]
    input: String,
    /// File to write; `-` is standard output.
    #[arg(value_name = "OUT")]
    output: PathBuf,
}

/// Runs it.
///
/// # Errors
/// [`Failure::Failed`] when there is no such page or it cannot be read; of a page that is damaged
/// on the way, what could be read is written first. [`Failure::Refused`] for a message whose sender
/// forbids it (decision E12).
pub fn fax(args: FaxArgs) -> Outcome {
    let FaxCommand::Render(args) = args.command;
    let input = read_input(&args.input)
        .map_err(|error| Failure::Failed(format!("{}: {error}", args.input)))?;
    let bitmap = page(&input, args.page)?;
    let picture = if args.raw {
        bitmap.rows.clone()
    } else {
        bitmap.to_gray_scaled(width(&bitmap)).to_png().map_err(failed)?
    };
    write_output(&args.output, &picture)?;
    if bitmap.damaged {
        return Err(Failure::Failed(fl!("cli-page-damaged", page = args.page.to_string())));
    }
    Ok(())
}

fn failed(error: codec::Error) -> Failure {
    Failure::Failed(crate::wording::problem::fax(&error))
}

/// The page's own width, unless the page is so flat that its true height would be too much.
fn width(bitmap: &fax::Bitmap) -> u32 {
    let wanted = f64::from(bitmap.width);
    // Height is width times aspect.
    wanted.min((PIXELS / bitmap.aspect().max(1e-6)).sqrt()).max(1.0) as u32
}

/// A page of a file or message, counted from 1.
fn page(input: &[u8], number: u32) -> Result<fax::Bitmap, Failure> {
    let mut before = 0;
    for tiff in files(input)? {
        let pages = fax::pages(&tiff).map_err(failed)?.len();
        let index = number as usize - 1 - before;
        if index < pages {
            return fax::render(&tiff, index).map_err(failed);
        }
        before += pages;
    }
    Err(Failure::Failed(fl!("cli-no-page", page = number.to_string(), count = before)))
}

fn files(input: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    if matches!(input.get(..2), None | Some(b"II" | b"MM")) {
        return Ok(vec![input.to_vec()]);
    }
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let mail = Mail::read(input, &options);
    let mut parts = Vec::new();
    collect(&mail, "", false, &mut parts);
    parts.retain(|(_, part)| part.rendering == Rendering::Pages);
    // Pictures in TIFF files beside the pages are no reason to fail.
    if parts.iter().any(|(_, part)| part.decodable) {
        parts.retain(|(_, part)| part.decodable);
    }
    if parts.is_empty() {
        return Err(Failure::Failed(fl!("cli-no-fax")));
    }
    if let Permission::Refused(reason) = &mail.may_save {
        return Err(Failure::Refused(crate::wording::refusal::refusal(reason)));
    }
    Ok(parts
        .iter()
        .filter_map(|(path, _)| inspect::body(input, path))
        .map(|body| body.octets)
        .collect())
}
