//! Pages of a file: read when asked for, checked against their checksums the first time, and kept as long as there is
//! room.
//!
//! The file is read, not mapped: one that is cut off while it is open is an error, and no signal.

use std::fs::File;
use std::io;
use std::ops::Deref;
#[cfg(unix)]
use std::os::unix::fs::FileExt;
#[cfg(windows)]
use std::os::windows::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use xxhash_rust::xxh3::xxh3_64;

use crate::fault::{Fault, Result};

/// Bytes that one checksum is for.
pub const PAGE: usize = 1 << 14;

/// Bytes of pages that are kept, of all files together.
const ROOM: usize = 96 << 20;

static HELD: AtomicUsize = AtomicUsize::new(0);

type Page = Arc<Vec<u8>>;

/// A file of checked pages.
///
/// A page is looked for with `try_lock`: where another thread, or one that a fork left behind, has it in hand, it is
/// read once more, and nobody waits.
pub struct PagedFile {
    path: PathBuf,
    file: File,
    size: usize,
    sums: Vec<u64>,
    pages: Vec<Mutex<Option<Page>>>,
    /// Whether each page was found to be what was written.
    is_checked: Vec<AtomicBool>,
    hand: AtomicUsize,
}

impl PagedFile {
    /// Open a file whose first `size` bytes have a checksum for each page.
    pub fn open(path: &Path, size: usize, sums: Vec<u64>) -> io::Result<Self> {
        let pages = sums.iter().map(|_| Mutex::new(None)).collect();
        let is_checked = sums.iter().map(|_| AtomicBool::new(false)).collect();
        let file = File::open(path)?;
        Ok(PagedFile { path: path.to_path_buf(), file, size, sums, pages, is_checked, hand: AtomicUsize::new(0) })
    }

    /// The error that a part of the file is not what was written.
    pub fn damage(&self, part: String) -> Fault {
        Fault::Damaged { path: self.path.clone(), part }
    }

    fn page(&self, number: usize, part: &str) -> Result<Page> {
        let slot = self.pages.get(number).ok_or_else(|| self.damage(format!("part {} ends early", part)))?;
        if let Ok(known) = slot.try_lock() {
            if let Some(page) = &*known {
                return Ok(page.clone());
            }
        }
        let page = self.read(number, part)?;
        if let Ok(mut known) = slot.try_lock() {
            if known.is_none() {
                *known = Some(page.clone());
                HELD.fetch_add(page.len(), Relaxed);
            }
        }
        if HELD.load(Relaxed) > ROOM {
            self.make_room(number);
        }
        Ok(page)
    }

    fn read(&self, number: usize, part: &str) -> Result<Page> {
        let start = number * PAGE;
        let damaged = || self.damage(format!("part {}, block {}", part, number));
        let size = self.size.checked_sub(start).ok_or_else(damaged)?.min(PAGE);
        let mut bytes = vec![0; size];
        read_exactly(&self.file, &mut bytes, start as u64).map_err(|_| damaged())?;
        let is_checked = self.is_checked.get(number).ok_or_else(damaged)?;
        if !is_checked.load(Relaxed) {
            if self.sums.get(number) != Some(&xxh3_64(&bytes)) {
                return Err(damaged());
            }
            is_checked.store(true, Relaxed);
        }
        Ok(Arc::new(bytes))
    }

    /// The bytes from one on and before another, of which no page is kept; there are so many in the file.
    fn copy(&self, start: usize, end: usize, part: &str) -> Result<Vec<u8>> {
        let damaged = || self.damage(format!("part {} ends early", part));
        if start >= end {
            return Ok(Vec::new());
        }
        let (first, last) = (start / PAGE, (end - 1) / PAGE);
        for number in first..=last {
            if !self.is_checked.get(number).ok_or_else(damaged)?.load(Relaxed) {
                let page = self.read(number, part)?;
                if first == last {
                    let from = start - first * PAGE;
                    return page.get(from..from + (end - start)).map(<[u8]>::to_vec).ok_or_else(damaged);
                }
            }
        }
        let mut bytes = vec![0; end - start];
        read_exactly(&self.file, &mut bytes, start as u64).map_err(|_| damaged())?;
        Ok(bytes)
    }

    /// Let pages of this file go, one after the other, but the newest.
    fn make_room(&self, newest: usize) {
        for _ in 0..self.pages.len() {
            if HELD.load(Relaxed) <= ROOM {
                break;
            }
            let number = self.hand.fetch_add(1, Relaxed) % self.pages.len();
            if number == newest {
                continue;
            }
            if let Ok(mut known) = self.pages[number].try_lock() {
                if let Some(page) = known.take() {
                    HELD.fetch_sub(page.len(), Relaxed);
                }
            }
        }
    }
}

impl Drop for PagedFile {
    fn drop(&mut self) {
        let held: usize =
            self.pages.iter_mut().filter_map(|page| page.get_mut().ok()).flatten().map(|page| page.len()).sum();
        HELD.fetch_sub(held, Relaxed);
    }
}

/// Read as many bytes as there is room for, from an offset on.
#[cfg(unix)]
fn read_exactly(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    file.read_exact_at(bytes, start)
}

/// The same where a read may give less than was asked for.
#[cfg(windows)]
fn read_exactly(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match file.seek_read(&mut bytes[done..], start + done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => done += count,
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

/// Bytes of a section: of one page, or put together from several.
pub enum Bytes {
    Page(Page, usize, usize),
    Joined(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Page(page, from, to) => &page[*from..*to],
            Bytes::Joined(bytes) => bytes,
        }
    }
}

/// One array of a file: numbers of 1, 2, 4 or 8 bytes, little-endian.
#[derive(Clone)]
pub struct Section {
    file: Arc<PagedFile>,
    name: String,
    start: usize,
    width: usize,
    count: usize,
}

impl Section {
    /// A section of so many bytes from `start` on; `width`: bytes of a number.
    pub fn new(file: Arc<PagedFile>, name: String, start: usize, bytes: usize, width: usize) -> Result<Self> {
        let whole = matches!(width, 1 | 2 | 4 | 8) && bytes % width == 0;
        if !whole || start.checked_add(bytes).map_or(true, |end| end > file.size) {
            return Err(file.damage(format!("description of part {}", name)));
        }
        Ok(Section { file, name, start, width, count: bytes / width })
    }

    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Bytes of a number.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The error that says what is wrong in this section.
    pub fn damage(&self, what: &str) -> Fault {
        self.file.damage(format!("part {}: {}", self.name, what))
    }

    /// The bytes of the numbers from one on and before another.
    pub fn bytes(&self, from: usize, to: usize) -> Result<Bytes> {
        if from > to || to > self.count {
            return Err(self.file.damage(format!("part {} ends early", self.name)));
        }
        let (start, end) = (self.start + from * self.width, self.start + to * self.width);
        if start == end {
            return Ok(Bytes::Joined(Vec::new()));
        }
        let (first, last) = (start / PAGE, (end - 1) / PAGE);
        if first == last {
            let page = self.file.page(first, &self.name)?;
            let (from, to) = (start - first * PAGE, end - first * PAGE);
            if to > page.len() {
                return Err(self.file.damage(format!("part {} ends early", self.name)));
            }
            return Ok(Bytes::Page(page, from, to));
        }
        let mut joined = Vec::with_capacity(end - start);
        for number in first..=last {
            let page = self.file.page(number, &self.name)?;
            let from = start.saturating_sub(number * PAGE);
            let to = (end - number * PAGE).min(page.len());
            joined.extend_from_slice(page.get(from..to).unwrap_or(&[]));
        }
        if joined.len() != end - start {
            return Err(self.file.damage(format!("part {} ends early", self.name)));
        }
        Ok(Bytes::Joined(joined))
    }

    /// The same of what is seldom asked for twice: no page is kept for it.
    pub fn read(&self, from: usize, to: usize) -> Result<Vec<u8>> {
        if from > to || to > self.count {
            return Err(self.file.damage(format!("part {} ends early", self.name)));
        }
        self.file.copy(self.start + from * self.width, self.start + to * self.width, &self.name)
    }

    /// Numbers from one on and before another, with those around them that are read as well.
    pub fn around(&self, from: usize, to: usize) -> (usize, usize) {
        let (start, end) = (self.start + from * self.width, self.start + to * self.width);
        let first = (start / PAGE * PAGE).max(self.start);
        let last = ((end + PAGE - 1) / PAGE * PAGE).min(self.start + self.count * self.width);
        let first = (first - self.start + self.width - 1) / self.width;
        (first.min(from), ((last.max(self.start) - self.start) / self.width).max(to))
    }

    /// The same as numbers.
    pub fn numbers(&self, from: usize, to: usize) -> Result<Numbers> {
        Ok(Numbers { bytes: self.bytes(from, to)?, width: self.width })
    }
}

/// Numbers of a section.
pub struct Numbers {
    bytes: Bytes,
    width: usize,
}

impl Numbers {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.width
    }

    /// One of them; 0 where there is none.
    #[inline]
    pub fn at(&self, place: usize) -> u64 {
        let start = place * self.width;
        self.bytes.get(start..start + self.width).map_or(0, little)
    }

    /// All of them.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.bytes.chunks_exact(self.width).map(little)
    }
}

#[inline]
fn little(bytes: &[u8]) -> u64 {
    match *bytes {
        [byte] => u64::from(byte),
        [low, high] => u64::from(low) | u64::from(high) << 8,
        _ => bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)),
    }
}
