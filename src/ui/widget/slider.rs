//! A slider with a focus ring: arrows move by 5 %, Home and End to the ends.

use iced::{
    Border, Color, Element, Event, Length, Rectangle, Renderer, Size, Theme,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse, renderer,
        renderer::Renderer as _,
        widget::{
            Operation,
            tree::{self, Tree},
        },
    },
    keyboard::{self, key},
    touch,
};

use super::{focus::Focus, press::draw_ring};
use crate::ui::theme::{Look, radius};

/// A value from 0.0 to 1.0.
pub struct Slider<'a, M> {
    look: Look,
    value: f32,
    width: Length,
    on_change: Box<dyn Fn(f32) -> M + 'a>,
}

/// A slider for a value from 0.0 to 1.0.
pub fn slider<'a, M: 'a>(
    look: Look,
    value: f32,
    on_change: impl Fn(f32) -> M + 'a,
) -> Slider<'a, M> {
    Slider {
        look,
        value: value.clamp(0.0, 1.0),
        width: Length::Fixed(84.0),
        on_change: Box::new(on_change),
    }
}

impl<M> Slider<'_, M> {
    /// Another width than 84.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }
}

#[derive(Default)]
struct State {
    focus: Focus,
    drag: bool,
}

impl<'a, M: 'a> Widget<M, Theme, Renderer> for Slider<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size { width: self.width, height: Length::Fixed(28.0) }
    }

    fn layout(&mut self, _: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        layout::atomic(limits, self.width, Length::Fixed(28.0))
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        _: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.focusable(None, layout.bounds(), &mut tree.state.downcast_mut::<State>().focus);
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
        let at = |x: f32| ((x - bounds.x - 6.0) / (bounds.width - 12.0).max(1.0)).clamp(0.0, 1.0);
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                state.focus = Focus(false);
                if let Some(p) = cursor.position_over(bounds) {
                    state.drag = true;
                    shell.publish((self.on_change)(at(p.x)));
                    shell.capture_event();
                }
            }
            Event::Mouse(mouse::Event::CursorMoved { .. })
            | Event::Touch(touch::Event::FingerMoved { .. }) => {
                if let (true, Some(p)) = (state.drag, cursor.position()) {
                    shell.publish((self.on_change)(at(p.x)));
                    shell.capture_event();
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. } | touch::Event::FingerLost { .. }) => {
                if std::mem::take(&mut state.drag) {
                    shell.capture_event();
                }
            }
            Event::Keyboard(keyboard::Event::KeyPressed {
                key: keyboard::Key::Named(named),
                ..
            }) if state.focus.0 => {
                let value = match named {
                    key::Named::ArrowLeft | key::Named::ArrowDown => self.value - 0.05,
                    key::Named::ArrowRight | key::Named::ArrowUp => self.value + 0.05,
                    key::Named::Home => 0.0,
                    key::Named::End => 1.0,
                    _ => return,
                };
                shell.publish((self.on_change)(value.clamp(0.0, 1.0)));
                shell.capture_event();
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
        let x = bounds.x + 6.0 + self.value * (bounds.width - 12.0);
        let y = bounds.center_y();
        let track = Rectangle { x: bounds.x, y: y - 2.0, width: bounds.width, height: 4.0 };
        fill(renderer, track, c.wave_idle, 2.0);
        fill(renderer, Rectangle { width: x - bounds.x, ..track }, c.accent, 2.0);
        let knob = Rectangle { x: x - 6.0, y: y - 6.0, width: 12.0, height: 12.0 };
        fill(renderer, knob, c.accent, radius::FULL);
        if tree.state.downcast_ref::<State>().focus.0 {
            draw_ring(renderer, bounds.shrink(4.0), 6.0, c.accent, false, viewport);
        }
    }

    fn mouse_interaction(
        &self,
        _: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
        _: &Renderer,
    ) -> mouse::Interaction {
        if cursor.is_over(layout.bounds()) {
            mouse::Interaction::Pointer
        } else {
            mouse::Interaction::None
        }
    }
}

fn fill(renderer: &mut Renderer, bounds: Rectangle, color: Color, radius: f32) {
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

impl<'a, M: 'a> From<Slider<'a, M>> for Element<'a, M> {
    fn from(slider: Slider<'a, M>) -> Self {
        Self::new(slider)
    }
}
