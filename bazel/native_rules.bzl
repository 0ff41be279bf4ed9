"""What Bazel 4 would fetch for itself: rules_cc, rules_java and remote_coverage_tools, in as far as this project makes it look at them.

The rules are Bazel's own still; the repositories only name them. (Debian's packages of rules_cc and rules_java are made for another Bazel.)
"""

_EMPTY = """
filegroup(
    name = "{name}",
    visibility = ["//visibility:public"],
)
"""

def _native_rules_impl(ctx):
    folder = ctx.attr.package + "/" if ctx.attr.package else ""
    ctx.file("WORKSPACE")
    ctx.file(folder + "BUILD.bazel", "".join([_EMPTY.format(name = name) for name in ctx.attr.empty]))
    ctx.file(folder + "defs.bzl", "".join(["%s = native.%s\n" % (rule, rule) for rule in ctx.attr.rules]))

native_rules = repository_rule(
    implementation = _native_rules_impl,
    attrs = {
        "empty": attr.string_list(doc = "targets that have to be there, with nothing in them"),
        "package": attr.string(),
        "rules": attr.string_list(doc = "loaded from //package:defs.bzl"),
    },
)
