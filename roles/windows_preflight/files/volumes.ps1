# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Volumes: their encryption, and the answer files on them that Windows Setup would find.

# The older interface answers where the module BitLocker is not installed. Without its namespace or class no volume can be encrypted.
function Get-EncryptionByWmi {
    try {
        $volumes = @(Get-CimInstance -Namespace root/cimv2/Security/MicrosoftVolumeEncryption -ClassName Win32_EncryptableVolume)
    } catch {
        if ($_.FullyQualifiedErrorId -match '0x8004100e|0x80041010') { return }
        throw
    }
    foreach ($volume in $volumes) {
        $status = Invoke-CimMethod -InputObject $volume -MethodName GetConversionStatus -Arguments @{ PrecisionFactor = [uint32]0 }
        $mountPoint = if ($volume.DriveLetter) { $volume.DriveLetter } else { $volume.DeviceID }
        # A locked volume does not tell.
        $conversion = if ($status.ReturnValue -eq 0) { [int]$status.ConversionStatus } else { $null }
        @{ mount_point = $mountPoint; volume_status = $null; conversion = $conversion }
    }
}

function Get-Encryption {
    try {
        $volumes = @(Get-BitLockerVolume)
    } catch [Management.Automation.CommandNotFoundException] {
        return Get-EncryptionByWmi
    }
    foreach ($volume in $volumes) {
        @{ mount_point = $volume.MountPoint; volume_status = [string]$volume.VolumeStatus; conversion = $null }
    }
}

# Removable (2), local (3) and optical (5) volumes; a drive without a medium has no file system.
function Get-VolumeLetter {
    foreach ($volume in Get-CimInstance -ClassName Win32_LogicalDisk) {
        if ($volume.DriveType -in 2, 3, 5 -and $volume.FileSystem) { $volume.DeviceID }
    }
}

# The places in which Windows Setup looks by itself, and the roots of all volumes, which may be removable on the next machine.
function Get-AnswerFile {
    $folders = @("$env:SystemRoot\Panther\Unattend", "$env:SystemRoot\Panther", "$env:SystemRoot\System32\Sysprep")
    foreach ($letter in Get-VolumeLetter) { $folders += $letter }
    foreach ($folder in $folders) {
        if (-not (Test-Path -LiteralPath "$folder\")) { continue }
        foreach ($file in Get-ChildItem -LiteralPath "$folder\" -Force) {
            if ($file.Name -in 'unattend.xml', 'autounattend.xml') { $file.FullName }
        }
    }
}

$Ansible.Result = @{
    bitlocker = Read-List 'bitlocker' { Get-Encryption }
    # The words of this program are localized; the lines that count are paths. It writes to standard error about volumes that it skips.
    efs_files = Read-Fact 'efs_files' {
        $ErrorActionPreference = 'Continue'
        @(cipher.exe /u /n | Where-Object { $_ -match '^\s*[A-Za-z]:\\' }).Count
    }
    answer_files = Read-List 'answer_files' { Get-AnswerFile }
    volumes = Read-List 'volumes' { Get-VolumeLetter }
    unread = $unread
}
