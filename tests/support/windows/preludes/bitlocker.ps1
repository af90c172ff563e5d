# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Encryption of volumes and files.

# https://learn.microsoft.com/powershell/module/bitlocker/get-bitlockervolume [D]
function Get-BitLockerVolume {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$MountPoint)
    Get-SimulatedAnswer 'Get-BitLockerVolume' | Where-Object { -not $MountPoint -or $_.MountPoint -in $MountPoint }
}

# https://learn.microsoft.com/windows-server/administration/windows-commands/cipher [D]
function cipher.exe {
    if ("$args" -ne '/u /n') { throw "no stand-in for cipher.exe $args" }
    $global:LASTEXITCODE = 0
    Get-SimulatedAnswer 'cipher.exe'
}
