//! Nod over OSC, and read the picture meanwhile from shared memory; the standard library is enough. Linux and macOS.
//!
//! rustc -O examples/rust/drive_and_read.rs && ./drive_and_read
//! ./drive_and_read 9570 /run/user/1000/omote omote 100      OSC port, folder, stream, frames

use std::{env, fs, fs::File, io, net::UdpSocket, os::unix::fs::FileExt, path::PathBuf, thread, time::*};

fn bytes<const N: usize>(file: &File, at: u64) -> io::Result<[u8; N]> {
    let mut found = [0; N];
    file.read_exact_at(&mut found, at)?;
    Ok(found)
}
fn u32_at(file: &File, at: u64) -> io::Result<u32> { Ok(u32::from_le_bytes(bytes(file, at)?)) }
fn u64_at(file: &File, at: u64) -> io::Result<u64> { Ok(u64::from_le_bytes(bytes(file, at)?)) }
fn now_ns() -> u64 { SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64 }

/// The newest ring of the stream whose writer lives.
fn open(folder: &str, stream: &str) -> Option<File> {
    let mut rings: Vec<(u64, PathBuf)> = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let generation = name.strip_prefix(stream)?.strip_prefix('.')?.strip_suffix(".ring")?.parse().ok()?;
        Some((generation, PathBuf::from(folder).join(name)))
    }).collect();
    rings.sort();
    rings.iter().rev().filter_map(|(_, path)| File::open(path).ok()).find(|file| is_running(file).unwrap_or(false))
}
fn is_running(file: &File) -> io::Result<bool> {
    let is_ring = &bytes::<8>(file, 0)? == b"OMOTERNG" && u16::from_le_bytes(bytes(file, 8)?) == 1;
    Ok(is_ring && u32_at(file, 56)? == 1 && now_ns().saturating_sub(u64_at(file, 72)?) < 2_000_000_000)
}

/// Number, frame id, render time, size and pixels (RGBA, straight alpha, sRGB, top row first) of the newest frame.
fn newest(file: &File, after: u64) -> io::Result<Option<(u64, u64, u64, u32, u32, Vec<u8>)>> {
    let (begin, slots, slot) = (u16::from_le_bytes(bytes(file, 10)?) as u64, u32_at(file, 12)? as u64, u64_at(file, 16)?);
    let (width, height, stride) = (u32_at(file, 32)?, u32_at(file, 36)?, u32_at(file, 40)?);
    let (n, size) = (u64_at(file, 64)?, stride as u64 * height as u64);
    if n == after || n == 0 || slots < 3 || size + 136 > slot { return Ok(None); }
    let at = begin + n % slots * slot;
    let is_whole = || Ok::<_, io::Error>(u64_at(file, at)? == 2 * n && u64_at(file, at + slot - 8)? == 2 * n);
    if !is_whole()? { return Ok(None); }
    let mut pixels = vec![0; size as usize];
    file.read_exact_at(&mut pixels, at + 128)?;
    let (id, rendered_ns) = (u64_at(file, at + 64)?, u64_at(file, at + 88)?);
    Ok(is_whole()?.then_some((n, id, rendered_ns, width, height, pixels))) // else it was overwritten meanwhile
}

fn main() {
    let given: Vec<String> = env::args().collect();
    let text = |place: usize, usual: &str| given.get(place).cloned().unwrap_or(usual.into());
    let runtime_folder = env::var("XDG_RUNTIME_DIR").unwrap_or("/run/user/1000".into()) + "/omote";
    let (port, folder, stream) = (text(1, "9570"), text(2, &runtime_folder), text(3, "omote"));
    let count: u32 = text(4, "100").parse().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (mut ring, mut last, mut seen, mut step) = (None, 0, 0, 0);
    while seen < count {
        let mut message = b"/omote/pose/pitch\0\0\0,f\0\0".to_vec();
        message.extend((0.2 * (step as f32 / 100.0).sin()).to_be_bytes());
        if step % 10 == 0 { let _ = socket.send_to(&message, format!("127.0.0.1:{port}")); }
        if step % 200 == 0 || ring.is_none() {
            if !ring.as_ref().is_some_and(|file| is_running(file).unwrap_or(false)) {
                (ring, last) = (open(&folder, &stream), 0);
            }
        }
        if let Some(Ok(Some((n, id, rendered_ns, width, height, pixels)))) = ring.as_ref().map(|file| newest(file, last)) {
            let age_ms = now_ns().saturating_sub(rendered_ns) as f64 / 1e6;
            let first = pixels[..4].iter().map(u8::to_string).collect::<Vec<_>>().join(",");
            println!("frame {id}: {width} x {height}, first pixel {first}, {age_ms:.3} ms old");
            (last, seen) = (n, seen + 1);
        }
        step += 1;
        thread::sleep(Duration::from_millis(1));
    }
}
