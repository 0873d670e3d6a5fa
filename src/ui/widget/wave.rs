//! The waveform: bars 3 wide with gaps of 2, the played part in the accent, a playhead with a knob.
//!
//! One widget in three forms: a message (press, drag and arrow keys seek), a take being recorded
//! (grows from the left, then moves), and a take in review with two handles that trim it.
//! Bars are plain quads, so a tick redraws only those that changed and the playhead.

use std::{sync::Arc, time::Duration};

use iced::{
    Border, Color, Element, Event, Length, Point, Rectangle, Renderer, Size, Theme,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse, renderer,
        renderer::Renderer as _,
        widget::{
            Id, Operation,
            tree::{self, Tree},
        },
    },
    keyboard::{self, key},
    touch,
};

use super::{focus::Focus, press::draw_ring};
use crate::ui::theme::{Look, radius};

const BAR: f32 = 3.0;
const STEP: f32 = 5.0;
const LEAST: f32 = 4.0;
const SILENCE: f32 = 3.0;
/// Peaks at or below this (of 255) are drawn as silence.
const QUIET: u8 = 6;
/// Peaks of a take in a step of the reduced motion: four steps a second.
const PEAKS_A_STEP: usize = 5;

/// Which handle of a trim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grip {
    Seek,
    From,
    To,
}

/// A waveform.
pub struct Waveform<'a, M> {
    look: Look,
    id: Option<Id>,
    peaks: Arc<[u8]>,
    skipped: Option<Arc<[bool]>>,
    position: Duration,
    length: Duration,
    height: f32,
    live: bool,
    ended: bool,
    trim: Option<(Duration, Duration)>,
    on_seek: Option<Box<dyn Fn(Duration) -> M + 'a>>,
    on_trim: Option<Box<dyn Fn(Duration, Duration) -> M + 'a>>,
}

impl<'a, M: 'a> Waveform<'a, M> {
    /// A waveform of peaks from 0 to 255 over `length`, played up to `position`.
    #[must_use]
    pub fn new(look: Look, peaks: Arc<[u8]>, position: Duration, length: Duration) -> Self {
        Self {
            look,
            id: None,
            peaks,
            skipped: None,
            position,
            length,
            height: 56.0,
            live: false,
            ended: false,
            trim: None,
            on_seek: None,
            on_trim: None,
        }
    }

    /// A name for focus and tests.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Marks stretches that are left out, drawn as dots. Any count; stretched over the length.
    #[must_use]
    pub fn skipped(mut self, skipped: Arc<[bool]>) -> Self {
        self.skipped = Some(skipped);
        self
    }

    /// Another height than 56.
    #[must_use]
    pub fn height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// A take being recorded: 20 peaks a second, one bar each, the newest at the right.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// The whole is drawn as played.
    #[must_use]
    pub fn ended(mut self, ended: bool) -> Self {
        self.ended = ended;
        self
    }

    /// What a press, a drag or an arrow key says: a position in the recording.
    #[must_use]
    pub fn on_seek(mut self, message: impl Fn(Duration) -> M + 'a) -> Self {
        self.on_seek = Some(Box::new(message));
        self
    }

    /// Shows two handles; dragging or arrow keys say where they now are.
    #[must_use]
    pub fn trim(
        mut self,
        from: Duration,
        to: Duration,
        message: impl Fn(Duration, Duration) -> M + 'a,
    ) -> Self {
        self.trim = Some((from, to));
        self.on_trim = Some(Box::new(message));
        self
    }

    fn time_at(&self, x: f32, bounds: Rectangle) -> Duration {
        let fraction = ((x - bounds.x) / bounds.width.max(1.0)).clamp(0.0, 1.0);
        self.length.mul_f64(f64::from(fraction))
    }

    fn x_of(&self, time: Duration, bounds: Rectangle) -> f32 {
        if self.length.is_zero() {
            return bounds.x;
        }
        let fraction = (time.as_secs_f64() / self.length.as_secs_f64()).clamp(0.0, 1.0);
        #[allow(clippy::cast_possible_truncation)]
        let fraction = fraction as f32;
        bounds.x + fraction * bounds.width
    }

    fn moved(&self, grip: Grip, time: Duration) -> Option<M> {
        const LEAST: Duration = Duration::from_millis(100);
        match (grip, self.trim) {
            (Grip::Seek, _) => self.on_seek.as_ref().map(|f| f(time.min(self.length))),
            (Grip::From, Some((_, to))) => {
                self.on_trim.as_ref().map(|f| f(time.min(to.saturating_sub(LEAST)), to))
            }
            (Grip::To, Some((from, _))) => {
                self.on_trim.as_ref().map(|f| f(from, time.max(from + LEAST).min(self.length)))
            }
            _ => None,
        }
    }

    /// What an arrow key does to a grip: 5 s (or 0.1 s for handles, 1 s with Shift).
    fn keyed(&self, grip: Grip, named: key::Named, shift: bool) -> Option<M> {
        let (now, step) = match (grip, self.trim) {
            (Grip::Seek, _) => (self.position, Duration::from_secs(5)),
            (Grip::From, Some((from, _))) => {
                (from, Duration::from_millis(if shift { 1000 } else { 100 }))
            }
            (Grip::To, Some((_, to))) => {
                (to, Duration::from_millis(if shift { 1000 } else { 100 }))
            }
            _ => return None,
        };
        let to = match named {
            key::Named::ArrowLeft => now.saturating_sub(step),
            key::Named::ArrowRight => now + step,
            key::Named::Home => Duration::ZERO,
            key::Named::End => self.length,
            _ => return None,
        };
        self.moved(grip, to)
    }
}

#[derive(Default)]
struct State {
    seek: Focus,
    from: Focus,
    to: Focus,
    drag: Option<Grip>,
    bars: Vec<u8>,
    /// Address and length of the peaks that `bars` were made from, and how many bars.
    made_of: (usize, usize, usize),
}

/// The newest peaks; when motion is reduced, only as many as make a step of a quarter of a second.
fn newest(peaks: &[u8], count: usize, reduced_motion: bool) -> &[u8] {
    let step = if reduced_motion { PEAKS_A_STEP } else { 1 };
    let to = peaks.len() - peaks.len() % step;
    peaks.get(to.saturating_sub(count)..to).unwrap_or_default()
}

/// The loudest peak of each of `count` stretches.
fn bars_of(peaks: &[u8], count: usize) -> Vec<u8> {
    (0..count)
        .map(|bar| {
            let from = bar * peaks.len() / count.max(1);
            let to = ((bar + 1) * peaks.len() / count.max(1)).max(from + 1);
            peaks.get(from..to.min(peaks.len())).and_then(|p| p.iter().max()).copied().unwrap_or(0)
        })
        .collect()
}

fn count_for(width: f32) -> usize {
    // A width is never negative and never beyond what a screen has.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = ((width + STEP - BAR) / STEP).floor().max(0.0) as usize;
    count.min(4096)
}

impl<'a, M: 'a> Widget<M, Theme, Renderer> for Waveform<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size { width: Length::Fill, height: Length::Fixed(self.height) }
    }

    fn layout(&mut self, tree: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        let size = limits.resolve(Length::Fill, Length::Fixed(self.height), Size::ZERO);
        let state = tree.state.downcast_mut::<State>();
        let count = count_for(size.width);
        let made_of = (self.peaks.as_ptr() as usize, self.peaks.len(), count);
        if state.made_of != made_of || self.live {
            state.bars = if self.live {
                newest(&self.peaks, count, self.look.reduced_motion).to_vec()
            } else {
                bars_of(&self.peaks, count)
            };
            state.made_of = made_of;
        }
        layout::Node::new(size)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        _: &Renderer,
        operation: &mut dyn Operation,
    ) {
        let state = tree.state.downcast_mut::<State>();
        let bounds = layout.bounds();
        if self.on_trim.is_some() {
            operation.focusable(None, bounds, &mut state.from);
        }
        if self.on_seek.is_some() {
            operation.focusable(self.id.as_ref(), bounds, &mut state.seek);
        }
        if self.on_trim.is_some() {
            operation.focusable(None, bounds, &mut state.to);
        }
        operation.container(self.id.as_ref(), bounds);
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Renderer,
        _: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
        _: &Rectangle,
    ) {
        if shell.is_event_captured() {
            return;
        }
        let bounds = layout.bounds();
        let state = tree.state.downcast_mut::<State>();
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                (state.seek.0, state.from.0, state.to.0) = (false, false, false);
                let Some(at) = cursor.position_over(bounds.expand(8.0)) else { return };
                let near = |time| (self.x_of(time, bounds) - at.x).abs() <= 14.0;
                let grip = match self.trim {
                    Some((from, _)) if near(from) => Grip::From,
                    Some((_, to)) if near(to) => Grip::To,
                    _ if cursor.is_over(bounds) => Grip::Seek,
                    _ => return,
                };
                if let Some(message) = self.moved(grip, self.time_at(at.x, bounds)) {
                    state.drag = Some(grip);
                    shell.publish(message);
                    shell.capture_event();
                }
            }
            Event::Mouse(mouse::Event::CursorMoved { .. })
            | Event::Touch(touch::Event::FingerMoved { .. }) => {
                if let (Some(grip), Some(at)) = (state.drag, cursor.position()) {
                    if let Some(message) = self.moved(grip, self.time_at(at.x, bounds)) {
                        shell.publish(message);
                    }
                    shell.capture_event();
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. } | touch::Event::FingerLost { .. }) => {
                if state.drag.take().is_some() {
                    shell.capture_event();
                }
            }
            Event::Keyboard(keyboard::Event::KeyPressed {
                key: keyboard::Key::Named(named),
                modifiers,
                ..
            }) => {
                let grip = match (state.seek.0, state.from.0, state.to.0) {
                    (true, _, _) => Grip::Seek,
                    (_, true, _) => Grip::From,
                    (_, _, true) => Grip::To,
                    _ => return,
                };
                if let Some(message) = self.keyed(grip, *named, modifiers.shift()) {
                    shell.publish(message);
                    shell.capture_event();
                }
            }
            _ => {}
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        _: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let c = self.look.c;
        let bounds = layout.bounds();
        let state = tree.state.downcast_ref::<State>();
        let middle = bounds.center_y();
        let head = self.x_of(self.position, bounds);
        let count = count_for(bounds.width);
        let offset = if self.live { 0 } else { count.saturating_sub(state.bars.len()) };
        for (at, peak) in state.bars.iter().enumerate() {
            #[allow(clippy::cast_precision_loss)]
            let x = bounds.x + (at + offset) as f32 * STEP;
            let skipped = self.skipped.as_ref().is_some_and(|s| {
                s.get(at * s.len() / state.bars.len().max(1)).copied().unwrap_or(false)
            });
            let height = if skipped || *peak <= QUIET {
                SILENCE
            } else {
                (f32::from(*peak) / 255.0 * self.height).max(LEAST)
            };
            let cut = self.trim.is_some_and(|(from, to)| {
                x + BAR < self.x_of(from, bounds) || x > self.x_of(to, bounds)
            });
            let rect = Rectangle { x, y: middle - height / 2.0, width: BAR, height };
            let played = self.ended || x + BAR <= head;
            let color = match (self.live, cut, played) {
                (true, ..) => c.rec,
                (_, true, _) => c.border_strong,
                (_, _, true) => c.accent,
                _ => c.wave_idle,
            };
            quad(renderer, rect, color, BAR / 2.0);
            if !self.live && !cut && !played && x < head {
                // The bar under the playhead: its played part on top, cut straight.
                quad(renderer, Rectangle { width: head - x, ..rect }, c.accent, 0.0);
            }
        }
        if let Some((from, to)) = self.trim {
            for (time, focus) in [(from, &state.from), (to, &state.to)] {
                let x = self.x_of(time, bounds);
                let handle = Rectangle {
                    x: x - 5.0,
                    y: bounds.y - 4.0,
                    width: 10.0,
                    height: bounds.height + 8.0,
                };
                quad(renderer, handle, c.accent, 3.0);
                let notch = Rectangle { x: x - 1.0, y: middle - 8.0, width: 2.0, height: 16.0 };
                quad(renderer, notch, c.on_accent, 1.0);
                if focus.0 {
                    draw_ring(renderer, handle, 3.0, c.accent, false, viewport);
                }
            }
        }
        if !self.live && self.trim.is_none() && !self.ended && !self.position.is_zero() {
            let line = Rectangle {
                x: head - 1.0,
                y: bounds.y - 6.0,
                width: 2.0,
                height: bounds.height + 12.0,
            };
            quad(renderer, line, c.text, 0.0);
            let knob = Rectangle { x: head - 4.0, y: bounds.y - 10.0, width: 8.0, height: 8.0 };
            quad(renderer, knob, c.text, radius::FULL);
        }
        if self.trim.is_some() && !self.position.is_zero() {
            let line = Rectangle { x: head - 1.0, y: bounds.y, width: 2.0, height: bounds.height };
            quad(renderer, line, c.text, 0.0);
        }
        if state.seek.0 {
            draw_ring(renderer, bounds, 4.0, c.accent, false, viewport);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
        _: &Renderer,
    ) -> mouse::Interaction {
        let bounds = layout.bounds();
        let Some(Point { x, .. }) = cursor.position_over(bounds.expand(8.0)) else {
            return mouse::Interaction::None;
        };
        let state = tree.state.downcast_ref::<State>();
        let near = |time| (self.x_of(time, bounds) - x).abs() <= 14.0;
        match self.trim {
            Some((from, to)) if near(from) || near(to) => mouse::Interaction::ResizingHorizontally,
            _ if self.on_seek.is_some() || state.drag.is_some() => mouse::Interaction::Pointer,
            _ => mouse::Interaction::None,
        }
    }
}

fn quad(renderer: &mut Renderer, bounds: Rectangle, color: Color, radius: f32) {
    renderer.fill_quad(
        renderer::Quad {
            bounds,
            border: Border { radius: radius.into(), ..Border::default() },
            snap: false,
            ..renderer::Quad::default()
        },
        color,
    );
}

impl<'a, M: 'a> From<Waveform<'a, M>> for Element<'a, M> {
    fn from(wave: Waveform<'a, M>) -> Self {
        Self::new(wave)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave() -> Waveform<'static, (u8, u128, u128)> {
        let s = Duration::from_secs;
        Waveform::new(Look::new(false), Arc::from([9_u8; 40]), s(13), s(34))
            .on_seek(|at| (0, at.as_millis(), 0))
            .trim(s(2), s(30), |a, b| (1, a.as_millis(), b.as_millis()))
    }

    #[test]
    fn bars_keep_the_loudest_and_never_fall_off_the_end() {
        assert_eq!(bars_of(&[1, 9, 2, 3], 2), [9, 3]);
        assert_eq!(bars_of(&[5], 3), [5, 5, 5]);
        assert_eq!(bars_of(&[], 3), [0, 0, 0]);
        assert_eq!(count_for(538.0), 108);
    }

    #[test]
    fn a_take_steps_four_times_a_second_when_motion_is_reduced() {
        let peaks: Vec<u8> = (0..20).collect();
        let steps = |reduced| {
            let shown = (1..=20).map(|n| newest(&peaks[..n], 8, reduced));
            let mut ends: Vec<_> = shown.map(|bars| bars.last().copied()).collect();
            ends.dedup();
            ends.into_iter().flatten().count()
        };
        assert_eq!((steps(false), steps(true)), (20, 4));
        assert_eq!(newest(&peaks, 8, true), &peaks[12..]);
    }

    #[test]
    fn keys_seek_and_trim() {
        let w = wave();
        assert_eq!(w.keyed(Grip::Seek, key::Named::ArrowRight, false), Some((0, 18_000, 0)));
        assert_eq!(w.keyed(Grip::Seek, key::Named::End, false), Some((0, 34_000, 0)));
        assert_eq!(w.keyed(Grip::From, key::Named::ArrowLeft, true), Some((1, 1_000, 30_000)));
        assert_eq!(w.keyed(Grip::To, key::Named::ArrowRight, false), Some((1, 2_000, 30_100)));
        // A handle never passes the other.
        assert_eq!(w.keyed(Grip::From, key::Named::End, false), Some((1, 29_900, 30_000)));
    }
}
