#!/usr/bin/perl

# nginx compiles, and depends on, what "config" names and nothing else.

use strict;
use warnings;

use FindBin;
use Test::More tests => 3;

chdir "$FindBin::Bin/.." or die "chdir: $!";

open my $config, '<', 'config' or die "config: $!";
my @named = map { m{\$pyexec_src/(\S+\.[ch])} ? $1 : () } <$config>;
my @files = map { s{^ngx_pyexec_module/}{}r }
            grep { !m{/(zygote|guard)/} }
            glob 'ngx_pyexec_module/{*,*/*}/*.[ch]';
my %times;

is_deeply([sort @named], [sort @files],
    'config names every source and header of the module and no other');
is_deeply([grep { $times{$_}++ } @named], [], 'config names no file twice');


# A library that another one happens to bring is not there everywhere.

my $module = $ENV{PYEXEC_MODULE} // 'build/ngx_pyexec_module.so';
my $nginx = $ENV{TEST_NGINX_BINARY} // '/usr/sbin/nginx';
my %path = map { m{([^/]+)$} ? ($1 => $_) : () }
           `ldd $module` =~ m{(/\S+)}g;
my @libraries = map { $path{$_} // () }
                `objdump -p $module` =~ /^ *NEEDED +(\S+)/mg;
my %defined = map { $_ => 1 } map { symbols("--defined-only $_") }
              $nginx, @libraries;

is_deeply([grep { !$defined{$_} } symbols("--undefined-only $module")], [],
    'config names every library that the module takes a function from');

sub symbols
{
    my ($what) = @_;

    return map { /^\S* +[A-Za-vx-z] (\w+)/ ? $1 : () } `nm -D $what`;
}
