//! The kernel made known to Jupyter: a folder with `kernel.json` among its data.
//! <https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs>

use serde_json::json;
use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Whose Jupyter is to know the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelPlace {
    /// That of the user.
    User,
    /// That of the Python environment which is active.
    SysPrefix,
    /// That below this folder.
    Prefix(PathBuf),
}

const LOGO: &str = include_str!("logo.svg");

impl KernelPlace {
    /// The folder of data that Jupyter has there.
    fn data(&self) -> io::Result<PathBuf> {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let missing = |what: &str| io::Error::new(io::ErrorKind::NotFound, what);
        match self {
            KernelPlace::Prefix(prefix) => Ok(prefix.join("share/jupyter")),
            KernelPlace::SysPrefix => {
                let prefix = variable("VIRTUAL_ENV").or_else(|| variable("CONDA_PREFIX"));
                let prefix = prefix.ok_or_else(|| {
                    missing("no Python environment is active: activate one, or use `--user`")
                })?;
                Ok(PathBuf::from(prefix).join("share/jupyter"))
            }
            KernelPlace::User => {
                if let Some(data) = variable("JUPYTER_DATA_DIR") {
                    return Ok(data.into());
                }
                if cfg!(windows) {
                    let data = variable("APPDATA").ok_or_else(|| missing("APPDATA is not set"))?;
                    return Ok(PathBuf::from(data).join("jupyter"));
                }
                let home = variable("HOME").map(PathBuf::from);
                let home = home.ok_or_else(|| missing("HOME is not set"));
                if cfg!(target_os = "macos") {
                    return Ok(home?.join("Library/Jupyter"));
                }
                match variable("XDG_DATA_HOME") {
                    Some(data) => Ok(PathBuf::from(data).join("jupyter")),
                    None => Ok(home?.join(".local/share/jupyter")),
                }
            }
        }
    }
}

/// Writes the kernel's folder; where it is.
///
/// # Errors
/// There is no such place, or it cannot be written.
pub fn install(place: &KernelPlace) -> io::Result<PathBuf> {
    let folder = place.data()?.join("kernels/wengert");
    fs::create_dir_all(&folder)?;
    let program = env::current_exe()?;
    let kernel = json!({
        "argv": [program.to_string_lossy(), "kernel", "{connection_file}"],
        "display_name": "Wengert",
        "language": "wengert",
        "interrupt_mode": "message",
        "metadata": {"debugger": false},
    });
    fs::write(folder.join("kernel.json"), format!("{kernel:#}\n"))?;
    fs::write(folder.join("logo-svg.svg"), LOGO)?;
    Ok(folder)
}
