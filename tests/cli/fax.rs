//! `aloud fax render`: pages as the vectors expect them, and as the window shows them.

use std::{fs, path::Path};

use aloud::codec::fax::{self, Bitmap};
use base64::Engine;
use sha2::{Digest, Sha256};

use super::{run, text};

fn page(width: u32, height: u32, row: u32) -> Bitmap {
    let mut page = Bitmap::blank(width, height, 204.0, 98.0);
    page.fill(row, 3, width / 2);
    page
}

fn pages() -> [Bitmap; 2] {
    [page(100, 40, 2), page(60, 30, 9)]
}

fn render(options: &[&str], input: &[u8]) -> std::process::Output {
    run(&[&["fax", "render"], options, &["-", "-"]].concat(), input)
}

#[test]
fn raw_is_the_bitmap_and_pages_count_from_one() {
    let file = fax::encode(&pages());
    for (number, page) in pages().iter().enumerate() {
        let out = render(&["--raw", "--page", &(number + 1).to_string()], &file);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert_eq!(out.stdout, page.rows);
    }
}

#[test]
fn a_picture_has_true_proportions() {
    let file = fax::encode(&pages());
    let out = render(&["--page", "2"], &file);
    let png = png::Decoder::new(std::io::Cursor::new(out.stdout)).read_info().unwrap();
    // 30 rows of 1/98 inch are 62 of 1/204 inch.
    assert_eq!((png.info().width, png.info().height), (60, 62));
    let with_option = render(&["--page", "2", "--png"], &file);
    assert!(with_option.stdout.starts_with(b"\x89PNG"));
}

#[test]
fn what_cannot_be_shown_fails_with_the_reason_and_writes_nothing() {
    let file = fax::encode(&pages());
    let whole = text(&fs::read(sample("fax")).unwrap());
    let private = format!("Sensitivity: Private\n{whole}");
    let cases: [(&[&str], &[u8], i32, &str); 8] = [
        (&["--page", "3"], &file, 1, "the fax has 2 pages"),
        (&["--page", "0"], &file, 2, "--page"),
        (&["--raw", "--png"], &file, 2, "--png"),
        (&[], b"", 1, "fax"),
        (&[], b"II*\0\x08\0\0\0", 1, "damaged"),
        (&[], b"GIF89a....", 1, "there is no fax in it"),
        (&[], b"Subject: x\n\nhello", 1, "there is no fax in it"),
        (&[], private.as_bytes(), 3, "private"),
    ];
    for (options, input, code, words) in cases {
        let out = render(options, input);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{options:?}: {said}");
        assert!(said.contains(words) && out.stdout.is_empty(), "{options:?}: {said}");
    }
    let out = run(&["fax", "render", "/no/such.tif", "-"], b"");
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn of_a_damaged_page_what_could_be_read_is_written_and_it_says_so() {
    let whole = (0..60).fold(Bitmap::blank(1728, 60, 204.0, 98.0), |mut page, row| {
        page.fill(row, row * 7, 900 + row);
        page
    });
    let mut file = fax::encode(std::slice::from_ref(&whole));
    let middle = file.len() / 3;
    file[middle..middle + 12].fill(0x5A);
    let out = render(&["--raw"], &file);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("page 1 is damaged"), "{}", text(&out.stderr));
    assert_eq!(out.stdout.len(), whole.rows.len());
    assert_eq!(out.stdout[..whole.stride() * 5], whole.rows[..whole.stride() * 5]);
}

fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/eml/{name}.eml"))
}

#[test]
fn pages_of_a_message_count_through_its_parts() {
    let tiff = |pages: &[Bitmap]| {
        let encoded = base64::engine::general_purpose::STANDARD.encode(fax::encode(pages));
        format!("Content-Type: image/tiff\nContent-Transfer-Encoding: base64\n\n{encoded}\n")
    };
    let [first, second] = pages();
    let third = page(80, 20, 4);
    let raw = format!(
        "From: a@example.com\nMessage-Context: fax-message\nContent-Type: multipart/mixed; \
         boundary=X\n\n--X\n{}--X\n{}--X--\n",
        tiff(&[first, second]),
        tiff(std::slice::from_ref(&third))
    );
    let out = render(&["--raw", "--page", "3"], raw.as_bytes());
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(out.stdout, third.rows);
    let out = render(&["--raw", "--page", "4"], raw.as_bytes());
    assert!(text(&out.stderr).contains("the fax has 3 pages"));
}

#[test]
fn every_fax_of_the_vectors() {
    let Some(shared) = crate::support::shared() else {
        println!("skipped: no shared vectors");
        return;
    };
    let root = shared.join("vectors");
    let manifest = fs::read_to_string(root.join("manifest.tsv")).unwrap();
    let mut checked = 0;
    for line in manifest.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns[1] != "fax-dec" {
            continue;
        }
        let page = columns[3].split(' ').find_map(|arg| arg.strip_prefix("page=")).unwrap();
        let file = root.join(columns[2]);
        let out =
            run(&["fax", "render", "--raw", "--page", page, file.to_str().unwrap(), "-"], b"");
        assert!(out.status.success(), "{}: {}", columns[0], text(&out.stderr));
        let digest: String =
            Sha256::digest(&out.stdout).iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(digest, columns[6], "{}", columns[0]);
        checked += 1;
    }
    assert_eq!(checked, 16);
}
