# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Reads which local account has a name. $null in the result stands for no such account.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)][string]$Name)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
# -Name takes patterns: the one account with exactly this name is meant.
$account = Get-LocalUser | Where-Object { $_.Name -eq $Name }
$Ansible.Result = @{ sid = if ($account) { "$($account.SID)" } else { $null } }
