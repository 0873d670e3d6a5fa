//! The system's devices: rodio for output, cpal (the version rodio re-exports) for input.
//!
//! Output errors other than under-runs and rerouting set the [`Fault`]; the stream is then dropped
//! from the audio thread, never from the callback, and opened again there.

use std::sync::Arc;

use cpal::{
    ErrorKind, SampleFormat,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use rodio::{ChannelCount, DeviceSinkBuilder, MixerDeviceSink, SampleRate, Source};

use super::{
    Problem,
    backend::{Capture, Devices, Fault, Input, Output, Tap},
};

/// The devices of this computer.
#[derive(Default)]
pub(super) struct SystemDevices {}

impl Devices for SystemDevices {
    fn open_output(
        &mut self,
        name: Option<&str>,
        fault: &Arc<Fault>,
    ) -> Result<Box<dyn Output>, Problem> {
        let host = cpal::default_host();
        let chosen = name.and_then(|name| {
            host.output_devices().ok()?.find(|d| device_name(d).as_deref() == Some(name))
        });
        let device = chosen.or_else(|| host.default_output_device()).ok_or(Problem::NoOutput)?;
        let fault = fault.clone();
        let mut sink = DeviceSinkBuilder::from_device(device)
            .map_err(|_| Problem::NoOutput)?
            .with_error_callback(move |error: cpal::Error| {
                if ends_stream(&error) {
                    fault.set();
                }
            })
            .open_stream()
            .map_err(|error| match error {
                rodio::DeviceSinkError::NoDevice => Problem::NoOutput,
                other => Problem::Other(other.to_string()),
            })?;
        sink.log_on_drop(false);
        Ok(Box::new(SystemOutput(sink)))
    }

    fn open_input(
        &mut self,
        name: Option<&str>,
        capture: Capture,
        fault: &Arc<Fault>,
    ) -> Result<Box<dyn Input>, Problem> {
        let host = cpal::default_host();
        let chosen = name.and_then(|name| {
            host.input_devices().ok()?.find(|d| device_name(d).as_deref() == Some(name))
        });
        let device = chosen.or_else(|| host.default_input_device()).ok_or(Problem::NoInput)?;
        let supported = input_config(&device).map_err(|e| input_problem(&e))?;
        let config: cpal::StreamConfig = supported.into();
        let rate = config.sample_rate;
        let stream = match supported.sample_format() {
            SampleFormat::F32 => listen::<f32>(&device, config, capture, fault, |s| s),
            SampleFormat::I16 => {
                listen::<i16>(&device, config, capture, fault, |s| f32::from(s) / 32_768.0)
            }
            SampleFormat::U16 => {
                listen::<u16>(&device, config, capture, fault, |s| f32::from(s) / 32_768.0 - 1.0)
            }
            SampleFormat::I32 => {
                listen::<i32>(&device, config, capture, fault, |s| s as f32 / 2_147_483_648.0)
            }
            SampleFormat::U8 => {
                listen::<u8>(&device, config, capture, fault, |s| f32::from(s) / 128.0 - 1.0)
            }
            other => return Err(Problem::Other(format!("a microphone with {other} samples"))),
        }
        .map_err(|e| input_problem(&e))?;
        stream.play().map_err(|e| input_problem(&e))?;
        Ok(Box::new(SystemInput { _stream: stream, rate }))
    }

    fn outputs(&mut self) -> Vec<String> {
        let Ok(devices) = cpal::default_host().output_devices() else { return Vec::new() };
        devices
            .filter(|device| device.default_output_config().is_ok())
            .filter_map(|device| device_name(&device))
            .collect()
    }

    fn inputs(&mut self) -> Vec<String> {
        let Ok(devices) = cpal::default_host().input_devices() else { return Vec::new() };
        devices
            .filter(|device| device.default_input_config().is_ok())
            .filter_map(|device| device_name(&device))
            .collect()
    }
}

fn device_name(device: &cpal::Device) -> Option<String> {
    device.description().ok().map(|description| description.name().to_owned())
}

/// Chooses the default configuration of a device, at 48 000 Hz if it supports that: six times the
/// rate of a take, so that resampling is exact in time and no lower layer converts.
fn input_config(device: &cpal::Device) -> Result<cpal::SupportedStreamConfig, cpal::Error> {
    const PREFERRED: u32 = 48_000;
    let default = device.default_input_config()?;
    let better = device.supported_input_configs().ok().and_then(|mut ranges| {
        ranges.find_map(|range| {
            (range.sample_format() == default.sample_format()
                && range.channels() == default.channels())
            .then(|| range.try_with_sample_rate(PREFERRED))
            .flatten()
        })
    });
    Ok(better.unwrap_or(default))
}

fn ends_stream(error: &cpal::Error) -> bool {
    !matches!(error.kind(), ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied)
}

fn input_problem(error: &cpal::Error) -> Problem {
    match error.kind() {
        ErrorKind::PermissionDenied => Problem::NotPermitted,
        ErrorKind::DeviceNotAvailable
        | ErrorKind::HostUnavailable
        | ErrorKind::UnsupportedOperation => Problem::NoInput,
        _ => Problem::Other(error.to_string()),
    }
}

fn listen<T: cpal::SizedSample>(
    device: &cpal::Device,
    config: cpal::StreamConfig,
    mut capture: Capture,
    fault: &Arc<Fault>,
    to_f32: impl Fn(T) -> f32 + Send + Copy + 'static,
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(config.channels);
    let fault = fault.clone();
    device.build_input_stream::<T, _, _>(
        config,
        move |data: &[T], _| capture.push(data, channels, to_f32),
        move |error| {
            if ends_stream(&error) {
                fault.set();
            }
        },
        None,
    )
}

struct SystemOutput(MixerDeviceSink);

impl Output for SystemOutput {
    fn rate(&self) -> u32 {
        self.0.config().sample_rate().get()
    }

    fn attach(&self, tap: Tap) {
        self.0.mixer().add(TapSource(tap));
    }
}

struct SystemInput {
    _stream: cpal::Stream,
    rate: u32,
}

impl Input for SystemInput {
    fn rate(&self) -> u32 {
        self.rate
    }
}

/// A [`Tap`] as a rodio source: mono, at the rate of the device, of unknown length.
struct TapSource(Tap);

impl Iterator for TapSource {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        self.0.next_sample()
    }
}

impl Source for TapSource {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> ChannelCount {
        ChannelCount::MIN
    }

    fn sample_rate(&self) -> SampleRate {
        SampleRate::new(self.0.rate).unwrap_or(SampleRate::MIN)
    }

    fn total_duration(&self) -> Option<std::time::Duration> {
        None
    }
}
