"""A repository of what the system has installed, under the labels that the Bazel Central Registry has for it.

Headers and libraries are found where the compiler looks by itself.
"""

_LIBRARY = """
cc_library(
    name = "{name}",
    defines = {defines},
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
)
"""

_PROGRAM = """
exports_files(["{name}"])
"""

_FILES = """
filegroup(
    name = "{name}",
    srcs = glob(["{folder}/{pattern}"]),
    visibility = ["//visibility:public"],
)
"""

def _missing(ctx, what):
    fail("@%s: %s; on Debian, scripts/deps installs it" % (ctx.name, what))

def _pkg_config(ctx, flag, packages):
    if not packages:
        return []
    found = ctx.execute(["pkg-config", flag] + packages)
    if found.return_code:
        _missing(ctx, "pkg-config does not find %s: %s" % (" ".join(packages), found.stderr.strip()))
    return [word for word in found.stdout.strip().split(" ") if word]

def _library(ctx, name, words):
    packages = [word for word in words if word and not word.startswith("-l")]
    without_package = [word for word in words if word.startswith("-l")]
    return _LIBRARY.format(
        name = name,
        defines = [word[2:] for word in _pkg_config(ctx, "--cflags", packages) if word.startswith("-D")],
        linkopts = ["-Wl,--as-needed"] + without_package + _pkg_config(ctx, "--libs", packages),
    )

def _path(package, name):
    return package + "/" + name if package else name

def _program(ctx, package, name, program):
    path = ctx.which(program)
    if not path:
        _missing(ctx, "no %s in the PATH" % program)
    ctx.symlink(path, _path(package, name))
    return _PROGRAM.format(name = name)

def _files(ctx, package, name, path):
    folder, _, pattern = path.rpartition("/")
    ctx.symlink(folder, _path(package, folder[1:]))
    return _FILES.format(name = name, folder = folder[1:], pattern = pattern)

def _system_libraries_impl(ctx):
    rules = {}
    for label, words in ctx.attr.libraries.items():
        package, _, name = label.rpartition(":")
        rules[package] = rules.get(package, "") + _library(ctx, name, words.split(" "))
    for label, program in ctx.attr.programs.items():
        package, _, name = label.rpartition(":")
        rules[package] = rules.get(package, "") + _program(ctx, package, name, program)
    for label, path in ctx.attr.files.items():
        package, _, name = label.rpartition(":")
        rules[package] = rules.get(package, "") + _files(ctx, package, name, path)
    for package, text in rules.items():
        ctx.file(_path(package, "BUILD.bazel"), "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n" + text)

system_libraries = repository_rule(
    implementation = _system_libraries_impl,
    local = True,
    environ = ["PATH", "PKG_CONFIG_PATH"],
    attrs = {
        "files": attr.string_dict(doc = "package:name of a filegroup → a folder's path and a pattern of its files"),
        "libraries": attr.string_dict(doc = "package:name of a cc_library → its names in pkg-config, -l… for what has none, or nothing"),
        "programs": attr.string_dict(doc = "package:name of a file → the program in the PATH"),
    },
)
