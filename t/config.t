#!/usr/bin/perl

# nginx compiles, and depends on, what "config" names and nothing else.

use strict;
use warnings;

use FindBin;
use Test::More tests => 2;

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
