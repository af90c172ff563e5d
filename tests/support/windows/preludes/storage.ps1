# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Disks: "commands.storage" holds {new_disk_policy, health: {letter: text}}.

# https://learn.microsoft.com/powershell/module/storage/get-storagesetting [D]
function Get-StorageSetting {
    [CmdletBinding()] param()
    [pscustomobject]@{ NewDiskPolicy = (Get-SimulatedAnswer storage new_disk_policy); ScrubPolicy = 'Off' }
}

# https://learn.microsoft.com/powershell/module/storage/set-storagesetting [D]
function Set-StorageSetting {
    [CmdletBinding(SupportsShouldProcess)]
    param([ValidateSet('Unknown', 'OnlineAll', 'OfflineShared', 'OfflineAll', 'OfflineInternal')][string]$NewDiskPolicy)
    if (-not $PSCmdlet.ShouldProcess('storage', 'Set')) { return }
    $storage = Get-SimulatedAnswer storage
    $storage.new_disk_policy = $NewDiskPolicy
    Set-SimulatedAnswer storage $storage
}

# https://learn.microsoft.com/powershell/module/storage/get-volume [D]
function Get-Volume {
    [CmdletBinding()] param([Parameter(Mandatory)][char]$DriveLetter)
    [pscustomobject]@{ DriveLetter = $DriveLetter; FileSystem = 'NTFS'; HealthStatus = (Get-SimulatedAnswer storage health).$DriveLetter }
}
