# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The state of Windows Setup and of servicing, and what the provisioning of a VM needs.

$setup = 'HKLM:\SYSTEM\Setup'
$current = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
$services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
$removable = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices'

# Each entry is a pair of texts: the file, and its new name or an empty text if it will be deleted.
function Get-PendingRename {
    foreach ($value in 'PendingFileRenameOperations', 'PendingFileRenameOperations2') {
        $texts = @(Get-RegistryData 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager' $value)
        for ($index = 0; $index -lt $texts.Count; $index += 2) { if ($texts[$index]) { $texts[$index] } }
    }
}

# The processes of an installation that is under way. Those of servicing wait for minutes after their work, also after a script here
# has asked for features or packages, so they count only if they use the processor.
function Get-ServicingProcess {
    $servicing = 'TiWorker', 'TrustedInstaller'
    $before = @{}
    foreach ($process in Get-Process) { if ($process.ProcessName -in $servicing) { $before[$process.Id] = $process.CPU } }
    if ($before.Count -gt 0) { Start-Sleep -Seconds 2 }
    foreach ($process in Get-Process) {
        $works = $process.ProcessName -in $servicing -and $process.CPU -gt $before[$process.Id]
        if ($works -or $process.ProcessName -in 'wusa', 'dism') { $process.ProcessName }
    }
}

$Ansible.Result = @{
    image_state = Read-Fact 'image_state' { Get-RegistryData "$current\Setup\State" 'ImageState' }
    state_ini = Read-Fact 'state_ini' {
        $file = "$env:SystemRoot\Setup\State\State.ini"
        if (Test-Path -LiteralPath $file) {
            foreach ($line in Get-Content -LiteralPath $file) { if ($line -match '^\s*ImageState\s*=\s*(\S+)') { $Matches[1] } }
        }
    }
    unattend_file = Read-Fact 'unattend_file' { Get-RegistryData $setup 'UnattendFile' }
    setup_type = Read-Fact 'setup_type' { Get-RegistryData $setup 'SetupType' }
    cmd_line = Read-Fact 'cmd_line' { Get-RegistryData $setup 'CmdLine' }
    # These names have slashes in their dates, which a path of PowerShell would take for separators.
    source_os = Read-List 'source_os' { @((Get-Item -LiteralPath $setup).GetSubKeyNames()) -like 'Source OS*' }
    # A package that an upgrade to Windows 10 1709 can leave (KB 4057974). Without this service there are no packages.
    miracast_view = Read-Fact 'miracast_view' {
        (Test-Path -LiteralPath "$services\AppXSvc") -and @(Get-AppxPackage -AllUsers -Name 'Windows.MiracastView').Count -gt 0
    }
    pending = @{
        cbs = Read-Fact 'pending.cbs' { Test-Path -LiteralPath "$current\Component Based Servicing\RebootPending" }
        file_renames = Read-Fact 'pending.file_renames' { @(Get-PendingRename).Count }
        server_manager = Read-Fact 'pending.server_manager' {
            [bool](Get-RegistryData 'HKLM:\SOFTWARE\Microsoft\ServerManager\ServicingStorage\ServerComponentCache' 'RestartRequired')
        }
        windows_update = Read-Fact 'pending.windows_update' { Test-Path -LiteralPath "$current\WindowsUpdate\Auto Update\RebootRequired" }
        pending_xml = Read-Fact 'pending.pending_xml' { Test-Path -LiteralPath "$env:SystemRoot\WinSxS\pending.xml" }
    }
    servicing_processes = Read-List 'servicing_processes' { Get-ServicingProcess | Sort-Object -Unique }
    reserve_scenario = Read-Fact 'reserve_scenario' { Get-RegistryData "$current\ReserveManager" 'ActiveScenario' }
    rearm_count = Read-Fact 'rearm_count' { (Get-CimInstance -ClassName SoftwareLicensingService).RemainingWindowsReArmCount }
    cdrom_start = Read-Fact 'cdrom_start' { Get-RegistryData "$services\cdrom" 'Start' }
    # All classes of removable storage, or CD and DVD alone, by the class of these devices.
    removable_deny = Read-Fact 'removable_deny' {
        (Get-RegistryData $removable 'Deny_All') -eq 1 -or
            (Get-RegistryData "$removable\{53f56308-b6bf-11d0-94f2-00a0c91efb8b}" 'Deny_Read') -eq 1
    }
    unread = $unread
}
