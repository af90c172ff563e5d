# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The beginning of every script here: tasks/facts.yml puts it before each of them.
[CmdletBinding(SupportsShouldProcess)]
param()

$ErrorActionPreference = 'Stop'
# These scripts only read, so check mode must not keep a command from doing so.
$WhatIfPreference = $false
$Ansible.Changed = $false
$unread = @{}
# In a dictionary below, "if" always has an "else": a branch without a value is not null there, but no value at all.

# A fact. If it cannot be read it is null, and $unread has the reason under its name.
function Read-Fact {
    param([string]$FactName, [scriptblock]$FactReader)
    try {
        $fact = & $FactReader
        if ($null -ne $fact) { return $fact }
    } catch {
        $unread[$FactName] = $_.Exception.Message
    }
    return $null
}

# A list, which stays one with one element and with none. If it cannot be read it is null.
function Read-List {
    param([string]$FactName, [scriptblock]$FactReader)
    try {
        $facts = @(& $FactReader)
        return , $facts
    } catch {
        $unread[$FactName] = $_.Exception.Message
    }
    return $null
}

# The data of a value, or nothing if the key or the value does not exist.
function Get-RegistryData {
    param([string]$Key, [string]$Value)
    if (Test-Path -LiteralPath $Key) {
        $data = (Get-Item -LiteralPath $Key).GetValue($Value)
        if ($null -ne $data) { return $data }
    }
}
