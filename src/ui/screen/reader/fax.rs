//! Fax pages in the reading pane: counted first, then decoded and drawn one at a time off the
//! window's thread, in their true proportions (TIFF-F resolutions differ across and down).
//!
//! Only a few drawn pages are kept, whatever the number of pages.

use std::{collections::BTreeMap, sync::Arc};

use iced::{
    Task,
    widget::{image::Handle, operation, scrollable::AbsoluteOffset},
};

use crate::{
    codec,
    engine::{Engine, Error},
    message::{Mail, PartInfo, PartRole, Rendering},
    model::MessageKey,
    ui::{
        id,
        screen::{Action, Ask, words},
    },
};

/// Width that pages are drawn at, in pixels. The pane is narrower at scale 1.
const DRAWN: f64 = 1_240.0;
/// Width that enlarged pages are drawn at: that of a scan at 300 dots an inch.
const DRAWN_FINE: f64 = 2_480.0;
/// Height that pages are drawn at, at most: a roll of paper is drawn narrower.
const TALLEST: f64 = 8_000.0;
/// Drawn pages that are kept.
const KEPT: usize = 5;
/// Pages that are counted.
const MOST: usize = 500;

/// Zoom steps in percent of the width of the pane.
const ZOOM: [u16; 8] = [50, 75, 100, 125, 150, 200, 300, 400];
/// The zoom that fits the width of the pane.
const FIT_WIDTH: u16 = 100;
/// Pages zoomed further than this are drawn again with more pixels.
const FINE_ABOVE: u16 = 125;

/// The pages of a message.
#[derive(Debug)]
pub struct Fax {
    key: MessageKey,
    paths: Vec<String>,
    /// What the message says it has, until it is counted.
    expected: Option<u32>,
    places: Arc<[Place]>,
    drawn: BTreeMap<usize, Page>,
    at: usize,
    /// Percent of the width of the pane.
    zoom: u16,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Waiting,
    Counting,
    Counted,
    Failed(String),
}

/// Where a page is: its leaf and its number there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The leaf.
    pub path: String,
    /// The page in its file, from 0.
    pub page: usize,
}

/// A page ready for the screen.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its pixels.
    pub handle: Handle,
    /// Its width and height in pixels.
    pub size: (u32, u32),
    /// It could be read in part only.
    pub damaged: bool,
    /// It has the pixels for a closer look.
    pub fine: bool,
}

/// What happens to the pages.
#[derive(Debug, Clone)]
pub enum Message {
    /// They were counted.
    Counted(MessageKey, Result<Arc<[Place]>, Error>),
    /// One was drawn.
    Drawn(MessageKey, usize, Result<Page, Error>),
    /// The page before.
    Back,
    /// The page after.
    Next,
    /// One step larger.
    ZoomIn,
    /// One step smaller.
    ZoomOut,
    /// As wide as the pane.
    FitWidth,
    /// Save the file of the page on screen.
    Save,
}

/// What the pages need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// How many there are.
    Count(MessageKey, Vec<String>),
    /// One of them; true for a closer look.
    Draw(MessageKey, usize, Place, bool),
}

impl Fax {
    /// The pages of a message: those of a fax, else those of the only TIFF that came along.
    #[must_use]
    pub fn new(key: MessageKey, mail: &Mail) -> Option<Self> {
        let fax = |p: &&PartInfo| p.role == PartRole::Fax && p.rendering == Rendering::Pages;
        let parts = mail.parts.iter().filter(fax);
        let paths: Vec<String> = parts.map(|p| p.path.clone()).collect();
        if !paths.is_empty() {
            return Some(Self::of(key, paths, mail.pages));
        }
        only_pages(mail).map(|part| Self::of_part(key, part.path.clone(), part.pages))
    }

    /// The pages of one leaf; the path may lead into enclosed messages.
    #[must_use]
    pub fn of_part(key: MessageKey, path: String, pages: Option<u32>) -> Self {
        Self::of(key, vec![path], pages)
    }

    fn of(key: MessageKey, paths: Vec<String>, expected: Option<u32>) -> Self {
        Self {
            key,
            paths,
            expected,
            places: Arc::from([]),
            drawn: BTreeMap::new(),
            at: 0,
            zoom: FIT_WIDTH,
            state: State::Waiting,
        }
    }

    /// Whether a leaf is among those whose pages these are.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.paths.iter().any(|p| p == path)
    }

    /// The leaf of the page on screen.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        let place = self.places.get(self.at).map(|place| place.path.as_str());
        place.or_else(|| self.paths.first().map(String::as_str))
    }

    /// Asks for the pages, once.
    pub fn begin(&mut self) -> Action<Message, Question> {
        if self.state != State::Waiting {
            return Action::None;
        }
        self.state = State::Counting;
        Action::Ask(Question::Count(self.key, self.paths.clone()))
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message) -> Action<Message, Question> {
        match message {
            Message::Counted(key, result) if key == self.key => match result {
                Ok(places) if !places.is_empty() => {
                    self.places = places;
                    self.state = State::Counted;
                    return self.draw();
                }
                Ok(_) => self.state = State::Failed(String::new()),
                Err(error) => self.state = State::Failed(words::error_text(&error)),
            },
            Message::Drawn(key, at, Ok(page)) if key == self.key => self.keep(at, page),
            Message::Drawn(key, _, Err(error)) if key == self.key && self.drawn.is_empty() => {
                self.state = State::Failed(words::error_text(&error));
            }
            Message::Counted(..) | Message::Drawn(..) => {}
            Message::Back => return self.turn(self.at.saturating_sub(1)),
            Message::Next => {
                return self.turn((self.at + 1).min(self.places.len().saturating_sub(1)));
            }
            Message::ZoomIn => {
                let next = ZOOM.into_iter().find(|step| *step > self.zoom);
                return self.zoom_to(next.unwrap_or(self.zoom));
            }
            Message::ZoomOut => {
                let next = ZOOM.into_iter().rev().find(|step| *step < self.zoom);
                return self.zoom_to(next.unwrap_or(self.zoom));
            }
            Message::FitWidth => return self.zoom_to(FIT_WIDTH),
            // The page knows the message that it is saved from.
            Message::Save => {}
        }
        Action::None
    }

    /// Turns to a page, which shows from its top.
    fn turn(&mut self, at: usize) -> Action<Message, Question> {
        let turned = at != self.at;
        self.at = at;
        let top = match turned && self.zoom > FIT_WIDTH {
            true => Action::Run(operation::scroll_to(id::FAX, AbsoluteOffset { x: 0.0, y: 0.0 })),
            false => Action::None,
        };
        self.draw().and(top)
    }

    fn zoom_to(&mut self, zoom: u16) -> Action<Message, Question> {
        self.zoom = zoom;
        self.draw()
    }

    /// Asks for the page on screen, unless it is here with enough pixels. A coarse one stays on
    /// screen until the fine one comes.
    fn draw(&self) -> Action<Message, Question> {
        let fine = self.zoom > FINE_ABOVE;
        let here = self.page().is_some_and(|page| page.fine || !fine);
        match self.places.get(self.at).filter(|_| !here) {
            Some(place) => Action::Ask(Question::Draw(self.key, self.at, place.clone(), fine)),
            None => Action::None,
        }
    }

    /// The zoom in percent of the width of the pane.
    #[must_use]
    pub fn zoom(&self) -> u16 {
        self.zoom
    }

    /// Whether a page can be shown smaller, and larger.
    #[must_use]
    pub fn can_zoom(&self) -> (bool, bool) {
        (self.zoom > ZOOM[0], self.zoom < ZOOM[ZOOM.len() - 1])
    }

    /// Keeps a page and lets go of the one farthest from what is on screen.
    fn keep(&mut self, at: usize, page: Page) {
        // A coarse page that was asked for earlier never replaces a fine one.
        if !page.fine && self.drawn.get(&at).is_some_and(|here| here.fine) {
            return;
        }
        self.drawn.insert(at, page);
        while self.drawn.len() > KEPT {
            let farthest = self.drawn.keys().copied().max_by_key(|n| n.abs_diff(self.at));
            match farthest {
                Some(far) => drop(self.drawn.remove(&far)),
                None => break,
            }
        }
    }

    /// Whether the last page is on screen, which makes a fax viewed (D11).
    #[must_use]
    pub fn last_page_shown(&self) -> bool {
        self.state == State::Counted && self.at + 1 == self.places.len() && self.page().is_some()
    }

    /// The page on screen.
    #[must_use]
    pub fn page(&self) -> Option<&Page> {
        self.drawn.get(&self.at)
    }

    /// Index of the page on screen and how many there are.
    #[must_use]
    pub fn place(&self) -> (usize, usize) {
        let count = match self.state {
            State::Counted => self.places.len(),
            State::Waiting | State::Counting | State::Failed(_) => {
                self.expected.map_or(0, |n| n as usize)
            }
        };
        (self.at, count)
    }

    /// Why there are no pages, in words; empty when the form is unknown.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        match &self.state {
            State::Failed(text) => Some(text),
            State::Waiting | State::Counting | State::Counted => None,
        }
    }
}

/// The TIFF of an ordinary message that brings exactly one.
#[must_use]
pub fn only_pages(mail: &Mail) -> Option<&PartInfo> {
    let fits = |p: &&PartInfo| {
        p.rendering == Rendering::Pages && p.decodable && p.role == PartRole::Attachment
    };
    let mut all = mail.parts.iter().filter(fits);
    all.next().filter(|_| all.next().is_none())
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let engine = engine.clone();
        match self {
            Self::Count(key, paths) => {
                Task::perform(count(engine, key, paths), move |r| Message::Counted(key, r))
            }
            Self::Draw(key, at, place, fine) => {
                Task::perform(draw(engine, key, place, fine), move |r| Message::Drawn(key, at, r))
            }
        }
    }
}

async fn count(engine: Engine, key: MessageKey, paths: Vec<String>) -> Result<Arc<[Place]>, Error> {
    let mut places = Vec::new();
    let mut failed = None;
    for path in paths {
        let body = engine.part(key, path.clone()).await?;
        match codec::fax::pages(&body.octets) {
            Ok(pages) => {
                places.extend((0..pages.len()).map(|page| Place { path: path.clone(), page }));
            }
            Err(error) => failed = Some(error),
        }
    }
    places.truncate(MOST);
    match failed {
        Some(error) if places.is_empty() => Err(error.into()),
        _ => Ok(places.into()),
    }
}

async fn draw(engine: Engine, key: MessageKey, place: Place, fine: bool) -> Result<Page, Error> {
    let body = engine.part(key, place.path).await?;
    tokio::task::spawn_blocking(move || {
        let bitmap = codec::fax::render(&body.octets, place.page)?;
        Ok(paint(&bitmap, fine))
    })
    .await
    .map_err(|e| Error::Store(e.to_string()))?
}

/// A page as pixels, at most as wide as it was scanned.
fn paint(bitmap: &codec::fax::Bitmap, fine: bool) -> Page {
    let width = if fine { DRAWN_FINE } else { DRAWN };
    let width = width.min(TALLEST / bitmap.aspect().max(0.01)).min(f64::from(bitmap.width));
    let gray = bitmap.to_gray_scaled(width.max(1.0) as u32);
    let pixels: Vec<u8> = gray.pixels.iter().flat_map(|g| [*g, *g, *g, 255]).collect();
    Page {
        handle: Handle::from_rgba(gray.width, gray.height, pixels),
        size: (gray.width, gray.height),
        damaged: bitmap.damaged,
        fine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screen::testing::{mail, part};

    const KEY: MessageKey = MessageKey(7);

    fn page() -> Page {
        paint(&codec::fax::Bitmap::blank(8, 8, 204.0, 98.0), false)
    }

    fn places(count: usize) -> Arc<[Place]> {
        (0..count).map(|page| Place { path: "4".into(), page }).collect()
    }

    fn fax() -> Fax {
        let mut m = mail();
        m.parts.push(part("4", "image/tiff", PartRole::Fax, None));
        m.pages = Some(3);
        Fax::new(KEY, &m).expect("pages")
    }

    #[test]
    fn viewed_only_when_the_last_page_is_shown() {
        let mut f = fax();
        assert!(matches!(f.begin(), Action::Ask(Question::Count(KEY, _))));
        assert!(matches!(f.begin(), Action::None), "asked for once");
        assert_eq!(f.place(), (0, 3));
        assert!(matches!(
            f.update(Message::Counted(KEY, Ok(places(2)))),
            Action::Ask(Question::Draw(KEY, 0, _, false))
        ));
        f.update(Message::Drawn(KEY, 0, Ok(page())));
        assert!(!f.last_page_shown());
        assert!(matches!(f.update(Message::Next), Action::Ask(Question::Draw(KEY, 1, _, false))));
        assert!(!f.last_page_shown(), "not before it is drawn");
        f.update(Message::Drawn(KEY, 1, Ok(page())));
        assert!(f.last_page_shown());
        assert!(matches!(f.update(Message::Next), Action::None));
        assert_eq!(f.place(), (1, 2));
        assert!(matches!(f.update(Message::Back), Action::None), "still here");
    }

    #[test]
    fn few_pages_are_kept() {
        let mut f = fax();
        f.begin();
        f.update(Message::Counted(KEY, Ok(places(100))));
        for at in 0..100 {
            f.update(Message::Drawn(KEY, at, Ok(page())));
            f.update(Message::Next);
        }
        assert!(f.drawn.len() <= KEPT);
        assert!(f.page().is_some());
    }

    #[test]
    fn pages_zoom_by_steps_and_are_drawn_again_for_a_closer_look() {
        let mut f = fax();
        f.begin();
        f.update(Message::Counted(KEY, Ok(places(2))));
        f.update(Message::Drawn(KEY, 0, Ok(page())));
        assert_eq!(f.zoom(), 100);
        assert!(matches!(f.update(Message::ZoomIn), Action::None), "125 % needs no more pixels");
        let asked = f.update(Message::ZoomIn);
        assert!(matches!(asked, Action::Ask(Question::Draw(KEY, 0, _, true))), "{asked:?}");
        assert!(f.page().is_some_and(|page| !page.fine), "the coarse one stays until then");
        f.update(Message::Drawn(KEY, 0, Ok(Page { fine: true, ..page() })));
        f.update(Message::Drawn(KEY, 0, Ok(page())));
        assert!(f.page().is_some_and(|page| page.fine), "a late coarse one is dropped");
        for _ in 0..9 {
            f.update(Message::ZoomIn);
        }
        assert_eq!((f.zoom(), f.can_zoom()), (400, (true, false)));
        let asked = f.update(Message::Next).flat();
        assert!(
            matches!(
                asked.as_slice(),
                [Action::Ask(Question::Draw(KEY, 1, _, true)), Action::Run(_)]
            ),
            "the next page is drawn as large and shows from its top: {asked:?}"
        );
        f.update(Message::FitWidth);
        assert_eq!(f.zoom(), 100);
        for _ in 0..9 {
            f.update(Message::ZoomOut);
        }
        assert_eq!((f.zoom(), f.can_zoom()), (50, (false, true)));
    }

    #[test]
    fn no_pages_is_a_failure_and_never_viewed() {
        let mut f = fax();
        f.begin();
        f.update(Message::Counted(KEY, Ok(places(0))));
        assert!(f.failure().is_some());
        assert!(!f.last_page_shown());
    }

    #[test]
    fn pages_are_drawn_in_the_papers_proportions() {
        let bitmap = codec::fax::Bitmap::blank(1728, 1078, 204.0, 98.0);
        let Handle::Rgba { width, height, .. } = paint(&bitmap, false).handle else {
            panic!("pixels")
        };
        assert_eq!(width, 1240);
        assert!(height.abs_diff(1610) < 5, "{height}");
        let roll = codec::fax::Bitmap::blank(1728, 50_000, 204.0, 98.0);
        let Handle::Rgba { height, .. } = paint(&roll, true).handle else { panic!("pixels") };
        assert!(height <= 8_050, "{height}");
    }
}
