//! A user at a browser: curl, which follows redirects and keeps cookies, and the forms of the pages that
//! it ends on.

use std::path::PathBuf;

use tokio::process::Command;

pub struct Browser {
    jar: tempfile::TempDir,
    ca: PathBuf,
    /// `host:port:address`, as curl has it.
    resolve: String,
}

/// What is shown.
pub struct Page {
    pub text: String,
    /// Where, after all redirects.
    pub url: String,
}

impl Browser {
    /// One that knows this host, which is on this computer.
    pub fn new(ca: PathBuf, host: &str, port: u16) -> Self {
        let jar = tempfile::tempdir().expect("a folder");
        Self { jar, ca, resolve: format!("{host}:{port}:127.0.0.1") }
    }

    pub async fn open(&self, url: &str) -> Page {
        self.ask(url, &[]).await
    }

    /// Fills in the form of a page, and sends it.
    pub async fn send(&self, page: &Page, fills: &[(&str, &str)]) -> Page {
        let form = page.text.split_once("<form").expect("a form").1;
        let form = form.split_once("</form>").expect("its end").0;
        let action = attribute(form, "action").unwrap_or_else(|| page.url.clone());
        let mut fields: Vec<(String, String)> =
            fills.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        for input in form.split("<input").skip(1) {
            let input = input.split('>').next().unwrap_or_default();
            let Some(name) = attribute(input, "name") else { continue };
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, attribute(input, "value").unwrap_or_default()));
            }
        }
        self.ask(&action, &fields).await
    }

    /// Follows the link whose address ends so.
    pub async fn follow(&self, page: &Page, end: &str) -> Page {
        let links = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let link = links.into_iter().find(|link| link.ends_with(end)).expect("a link");
        self.open(link).await
    }

    /// Signs in as somebody and agrees to everything, until nothing more is asked.
    pub async fn sign_in(&self, mut page: Page, user: &str) -> Page {
        for _ in 0..5 {
            if !page.text.contains("<form") {
                return page;
            }
            page = match page.text.contains("name=\"login\"") {
                true => self.send(&page, &[("login", user), ("password", "any")]).await,
                false => self.send(&page, &[]).await,
            };
        }
        panic!("asked on and on: {}", page.text);
    }

    async fn ask(&self, url: &str, fields: &[(String, String)]) -> Page {
        let jar = self.jar.path().join("cookies");
        let mut curl = Command::new("curl");
        // Its clock is right where a test sets the program's: cookies have an end.
        curl.env_remove("LD_PRELOAD")
            .args(["--silent", "--show-error", "--location", "--max-time", "60", "--noproxy", "*"])
            .args(["--write-out", "\n%{url_effective}", "--resolve", &self.resolve])
            .arg("--cacert")
            .arg(&self.ca)
            .args(["--cookie".as_ref(), jar.as_os_str(), "--cookie-jar".as_ref(), jar.as_os_str()]);
        for (name, value) in fields {
            curl.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        let done = curl.arg(url).output().await.expect("curl");
        assert!(done.status.success(), "{url}: {}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).expect("text");
        let (text, url) = text.rsplit_once('\n').expect("an address");
        Page { text: text.to_owned(), url: url.to_owned() }
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&"))
}
