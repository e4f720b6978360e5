#!/bin/sh
# Makes a password for each user of accounts.conf: make-passwords.sh DIR writes DIR/passwords.conf for nats-server, and
# DIR/<user>, which is the natsCredentials of that service. Only its owner can open DIR; every user can read the files in it, because
# a container may run as any user. Refuses a DIR that exists: to change passwords make a new one (docs/security.md).
set -eu
dir=${1:?"usage: make-passwords.sh DIR"}
mkdir -m 700 "$dir"
for user in admin pruner trainer evaluator; do
  password=$(od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s_password: "%s"\n' "$user" "$password" >>"$dir/passwords.conf"
  printf '%s %s\n' "$user" "$password" >"$dir/$user"
done
chmod 644 "$dir"/*
