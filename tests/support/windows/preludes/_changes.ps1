# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Keeps what a command that changes Windows has changed.

# Replaces the answer of a command in the section "commands".
function Set-SimulatedAnswer {
    [CmdletBinding()] param([Parameter(Mandatory)][string]$Command, $Value)
    $guest = Read-SimulatedGuest
    $guest.commands | Add-Member -MemberType NoteProperty -Name $Command -Value $Value -Force
    Write-SimulatedGuest $guest
}

# The error of a cmdlet that looked for something in vain.
function Stop-NotFound {
    [CmdletBinding()] param([string]$Message)
    throw [Management.Automation.ErrorRecord]::new([Exception]::new($Message), 'CmdletizationQuery_NotFound', 'ObjectNotFound', $null)
}
