# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Records what a real Windows answers to the commands of the Windows roles, as a guest of the tests: tests/support/windows/README.md has the
# format, docs/windows.md says what to do with the file. Run it as an administrator, in Windows PowerShell 5.1:
#
#     powershell.exe -NoProfile -ExecutionPolicy Bypass -File record-windows.ps1 -Path web-01.json
#
# It only reads, and writes that file. It takes minutes, as cipher.exe looks at every file. Passwords, ids of agents, the contents of answer
# files and command lines are not recorded; names, SIDs and addresses are.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)][string]$Path)
$ErrorActionPreference = 'Stop'
$WhatIfPreference = $false
$nt, $current = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion', 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
$control, $services = 'HKLM:\SYSTEM\CurrentControlSet\Control', 'HKLM:\SYSTEM\CurrentControlSet\Services'
$policies, $removable = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT', 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices'
$defender, $sql = 'HKLM:\SOFTWARE\Microsoft\Windows Advanced Threat Protection', 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server'
$bootManager, $console = '{9dea862c-5cdd-4e70-acc1-f32b344d4795}', '{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}'
$highPerformance, $azure = '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c', '168.63.129.16'
$invariant = [Globalization.CultureInfo]::InvariantCulture
$identifying = 'DefaultPassword', 'SusClientId', 'SusClientIdValidation', 'senseGuid'
$registry, $files, $commands, $outputs, $errors = [ordered]@{}, [ordered]@{}, [ordered]@{}, [ordered]@{}, [ordered]@{}
$missing = New-Object -TypeName 'Collections.Generic.List[string]'

function Protect-Text([string]$Text) {
    $secrets = '(?i)((?:pass\w*|pwd)["'']?[\s=:]+|(?:\w*secret|\w*token|\w*key|sas)["'']?\s*[=:]\s*)\S+|//[^/\s@]+@'
    [regex]::Replace($Text, $secrets, '$1(not recorded)')
}
function ConvertTo-Plain($Value) {
    if ($Value -is [datetime]) { return $Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $invariant) }
    if ($Value -is [array]) { return , @($Value | ForEach-Object { ConvertTo-Plain $_ }) }
    if ($Value -is [bool] -or ($Value -is [ValueType] -and $Value -isnot [enum] -and $Value -isnot [guid])) { return $Value }
    Protect-Text "$Value"
}
function Select-Data($From, [string[]]$Names) {
    $row = [ordered]@{}
    foreach ($each in $Names) {
        $row[$each] = $null
        if ($null -ne $From.$each) { $row[$each] = ConvertTo-Plain $From.$each }
    }
    $row
}
# A command that does not exist becomes one of a guest that lacks it, and one that fails becomes the answer that a stand-in fails with.
function Read-Part([string]$Name, [scriptblock]$From) {
    try { & $From }
    catch [Management.Automation.CommandNotFoundException] { $missing.Add($_.Exception.CommandName) }
    catch {
        $message = Protect-Text $_.Exception.Message
        $errors[$Name] = @{ id = "$($_.FullyQualifiedErrorId)"; category = "$($_.CategoryInfo.Category)"; message = $message }
        @{ error = $errors[$Name].message; id = $errors[$Name].id }
    }
}
function Add-Rows($To, [string]$Name, [scriptblock]$From, [switch]$AsOne) {
    $before = $missing.Count
    $rows = @(Read-Part $Name $From)
    if ($missing.Count -gt $before) { return }
    $To[$Name] = if ($AsOne -or $errors.Contains($Name)) { $rows[-1] } else { , $rows }
}
function Add-Answer([string]$Name, [scriptblock]$From, [switch]$AsOne) { Add-Rows $commands $Name $From -AsOne:$AsOne }
function Add-Instances([string]$Class, [string[]]$Names, [string]$Namespace = 'root/cimv2') {
    $name = if ($Namespace -eq 'root/cimv2') { $Class } else { "${Namespace}:$Class" }
    Add-Rows $instances $name { Get-CimInstance -Namespace $Namespace -ClassName $Class | ForEach-Object { Select-Data $_ $Names } }
}
function Read-Output([string]$Program, [string[]]$Arguments) {
    Read-Part "$Program $Arguments" {
        $ErrorActionPreference = 'Continue'
        $lines = @(& $Program @Arguments | ForEach-Object { Protect-Text "$_" })
        $outputs["$Program $Arguments"] = @{ exit_code = $LASTEXITCODE; lines = $lines }
        $lines
    }
}
function Add-Key([string]$Key, [string[]]$Names = @('*'), [switch]$Recurse) {
    try {
        if (-not (Test-Path -LiteralPath $Key)) { return }
        $item = Get-Item -LiteralPath $Key
        $values = [ordered]@{}
        foreach ($name in @($item.GetValueNames() | Where-Object { $Names -contains '*' -or $Names -contains $_ })) {
            $data = $item.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
            if ($identifying -contains $name -and $data) { $data = '(not recorded)' }
            if ($data -is [string]) { $data = Protect-Text $data }
            $values[$name] = @{ type = "$($item.GetValueKind($name))"; value = $data }
        }
        $registry[$item.Name] = $values
        if (-not $Recurse) { return }
        foreach ($child in Get-ChildItem -LiteralPath $Key) { Add-Key "$Key\$($child.PSChildName)" $Names -Recurse }
    }
    catch { $registry[$Key.Replace('HKLM:', 'HKEY_LOCAL_MACHINE')] = 'denied' }
}
function Add-Present([string[]]$Patterns) {
    foreach ($found in Get-Item -Path $Patterns -Force -ErrorAction SilentlyContinue) {
        if (-not $found.PSIsContainer) { $files[$found.FullName] = '' }
    }
}
function Add-Tail([string]$File, [string]$Pattern = '.') {
    if (Test-Path -LiteralPath $File) {
        $lines = @(Get-Content -LiteralPath $File | Where-Object { $_ -match $Pattern } | Select-Object -Last 60)
        $files[$File] = (@($lines | ForEach-Object { Protect-Text "$_" }) -join "`r`n") + "`r`n"
    }
}

# Windows Management Instrumentation.
$instances = [ordered]@{}
Add-Instances Win32_OperatingSystem Caption, Version, BuildNumber, ProductType
Add-Instances Win32_ComputerSystem Name, PartOfDomain, Domain
Add-Instances Win32_ComputerSystemProduct UUID
Add-Instances Win32_SystemEnclosure SMBIOSAssetTag
Add-Instances SoftwareLicensingService RemainingWindowsReArmCount
Add-Instances Win32_LogicalDisk DeviceID, DriveType, FileSystem
if (Test-Path -LiteralPath "$services\vmms") { Add-Instances Msvm_VirtualEthernetSwitch ElementName root/virtualization/v2 }
$encryption, $class = 'root/cimv2/security/microsoftvolumeencryption', 'Win32_EncryptableVolume'
Add-Rows $instances "${encryption}:$class" {
    foreach ($volume in Get-CimInstance -Namespace $encryption -ClassName $class) {
        $status = Invoke-CimMethod -InputObject $volume -MethodName GetConversionStatus -Arguments @{ PrecisionFactor = [uint32]0 }
        (Select-Data $volume DriveLetter, DeviceID) + (Select-Data $status ReturnValue, ConversionStatus) + @{ CimClass = $class }
    }
}
$commands['Get-CimInstance'] = $instances
$modes = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }
$running = [ordered]@{}
foreach ($each in Get-CimInstance -ClassName Win32_Service) {
    $start = if ($each.DelayedAutoStart) { 'AutomaticDelayedStart' } else { $modes["$($each.StartMode)"] }
    $running[$each.Name] = @{ status = "$($each.State)"; start = $start; display_name = "$($each.DisplayName)"; pid = $each.ProcessId }
}

# Commands whose answers are objects.
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$principal = New-Object -TypeName Security.Principal.WindowsPrincipal -ArgumentList $identity
$isAdministrator = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
$commands['identity'] = @{ name = $identity.Name; sid = "$($identity.User.Value)"; administrator = $isAdministrator }
Add-Answer Get-BitLockerVolume { Get-BitLockerVolume | ForEach-Object { Select-Data $_ MountPoint, VolumeStatus, ProtectionStatus } }
Add-Answer Get-AppxProvisionedPackage {
    Get-AppxProvisionedPackage -Online | ForEach-Object { Select-Data $_ DisplayName, PackageName, Version }
}
Add-Answer Get-AppxPackage {
    foreach ($package in Get-AppxPackage -AllUsers -PackageTypeFilter Main, Bundle) {
        $row = Select-Data $package Name, PackageFullName, Version, IsFramework, IsBundle, IsResourcePackage, NonRemovable, SignatureKind
        $row['PackageUserInformation'] = @(foreach ($each in $package.PackageUserInformation) {
                $user = $each.UserSecurityId
                @{ InstallState = "$($each.InstallState)"; UserSecurityId = if ($user.Sid) { @{ Sid = "$($user.Sid)" } } else { "$user" } }
            })
        $row
    }
}
if (Test-Path -LiteralPath "$services\IAS") {
    Add-Answer Get-NpsRadiusClient { Get-NpsRadiusClient | ForEach-Object { Select-Data $_ Name } }
}
Add-Answer routes {
    Get-NetRoute -PolicyStore PersistentStore | ForEach-Object { Select-Data $_ DestinationPrefix, NextHop, InterfaceIndex }
}
if ($errors.Contains('routes') -and $errors['routes'].category -eq 'ObjectNotFound') { $commands['routes'] = @() }
Add-Answer connections { Get-NetTCPConnection -State Listen | ForEach-Object { Select-Data $_ LocalPort, State, OwningProcess } }
Add-Answer storage -AsOne {
    $letter = $env:SystemDrive.Substring(0, 1)
    $health = @{ $letter = "$((Get-Volume -DriveLetter $letter).HealthStatus)" }
    @{ new_disk_policy = "$((Get-StorageSetting).NewDiskPolicy)"; health = $health }
}
Add-Answer firewall -AsOne {
    $profiles = @{}
    foreach ($each in Get-NetFirewallProfile) { $profiles["$($each.Name)"] = "$($each.Enabled)" -eq 'True' }
    $groups = '@FirewallAPI.dll,-28752', '@FirewallAPI.dll,-30267'
    $found = @(foreach ($group in $groups) { Read-Part $group { Get-NetFirewallRule -Group $group } }) +
        @(Read-Part 'FPS-ICMP4-ERQ-In' { Get-NetFirewallRule -Name 'FPS-ICMP4-ERQ-In' })
    $addresses = @(Get-NetFirewallAddressFilter -PolicyStore PersistentStore)
    foreach ($filter in $addresses) {
        if ("$($filter.RemoteAddress)" -like "$azure*") { $found += @(Get-NetFirewallRule -AssociatedNetFirewallAddressFilter $filter) }
    }
    $rules = @(foreach ($rule in @($found | Where-Object { $_.Name })) {
            $row = Select-Data $rule Name, DisplayName, Group, Enabled, Direction, Action, Profile, EdgeTraversalPolicy
            $row['RemoteAddress'] = "$(($addresses | Where-Object { $_.InstanceID -eq $rule.Name }).RemoteAddress)"
            $row['Protocol'] = "$((Get-NetFirewallPortFilter -AssociatedNetFirewallRule $rule).Protocol)"
            $row['Program'] = "$((Get-NetFirewallApplicationFilter -AssociatedNetFirewallRule $rule).Program)"
            $row['Service'] = "$((Get-NetFirewallServiceFilter -AssociatedNetFirewallRule $rule).Service)"
            $row
        })
    @{ profiles = $profiles; rules = $rules }
}
$capability = 'Windows.Desktop.EMS-SAC.Tools~~~~0.0.1.0'
$isClient = (Get-CimInstance -ClassName Win32_OperatingSystem).ProductType -eq 1
if ($isClient) { Add-Answer capabilities { @{ $capability = "$((Get-WindowsCapability -Online -Name $capability).State)" } } -AsOne }
$stores = [ordered]@{}
foreach ($store in 'LocalMachine\My', 'LocalMachine\Remote Desktop', 'LocalMachine\SMS') {
    if (-not (Test-Path -LiteralPath "Cert:\$store")) { continue }
    try { $stores[$store] = @(Get-ChildItem -LiteralPath "Cert:\$store" | ForEach-Object { Select-Data $_ Thumbprint, Subject, Issuer }) }
    catch { $stores[$store] = 'denied' }
}
$commands['certificates'] = $stores

# Programs: their output as it is, which stand-ins repeat, and what a changed guest shows.
$null = Read-Output whoami.exe /user, /fo, csv, /nh
$null = Read-Output winmgmt.exe /verifyrepository
$commands['winmgmt'] = $LASTEXITCODE
$commands['cipher.exe'] = @(Read-Output cipher.exe /u, /n)
$scheme = (Read-Output powercfg.exe /getactivescheme) -join ' '
$display, $after = '7516b95f-f776-4464-8c53-06167f40cc99', '3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e'
$numbers = [regex]::Matches((Read-Output powercfg.exe /query, $highPerformance, $display, $after) -join "`n", '0x[0-9a-fA-F]{8}')
$seconds = if ($numbers.Count -ge 2) { [Convert]::ToInt64($numbers[$numbers.Count - 2].Value, 16) } else { $null }
$commands['powercfg'] = @{ active = [regex]::Match($scheme, '[0-9a-fA-F-]{36}').Value; timeouts = @{ $highPerformance = $seconds } }
$loader = [regex]::Match((Read-Output bcdedit.exe /enum, '{current}', /v) -join "`n", '\{[0-9a-fA-F-]{36}\}').Value
$entries = [ordered]@{}
foreach ($pair in @(@('{bootmgr}', $bootManager), @('{default}', $loader))) {
    $entries[$pair[1]] = [ordered]@{}
    foreach ($line in Read-Output bcdedit.exe /enum, $pair[0]) {
        if ($line -match '^(integrityservices|device|osdevice)\s+(.*\S)\s*$') { $entries[$pair[1]][$Matches[1]] = $Matches[2] }
    }
}
$commands['bcdedit'] = @{ entries = $entries }
$shown = @(foreach ($line in Read-Output netsh.exe winhttp, show, proxy) {
        if ($line -match '^\s*\S.*?\s:\s+(\S.*)$') { $Matches[1].Trim() }
    })
$commands['winhttp_proxy'] = @{ proxy = $null; bypass = @() }
if ($shown.Count -gt 0) { $commands['winhttp_proxy']['proxy'] = $shown[0] }
if ($shown.Count -gt 1) { $commands['winhttp_proxy']['bypass'] = @($shown[1] -split ';') }

# The registry. Of keys that can hold a secret, only the values that are named.
Add-Key $nt ProductName, EditionID, InstallationType, CurrentBuild, DisplayVersion, UBR, SystemRoot
foreach ($key in 'State', 'Servicing') {
    Add-Key "$control\SecureBoot\$key" UEFISecureBootEnabled, UEFICA2023Status, WindowsUEFICA2023Capable
}
Add-Key "$nt\ProfileList" ProfilesDirectory, Default, ProfileImagePath -Recurse
Add-Key "$nt\Winlogon" AutoAdminLogon, AutoLogonCount, ForceAutoLogon, DefaultPassword
Add-Key 'HKLM:\SYSTEM\Setup' SetupType, CmdLine, UnattendFile, OOBEInProgress, SystemSetupInProgress
foreach ($name in (Get-Item -LiteralPath 'HKLM:\SYSTEM\Setup').GetSubKeyNames()) {
    if ($name -like 'Source OS*') { $registry["HKEY_LOCAL_MACHINE\SYSTEM\Setup\$name"] = @{} }
}
Add-Key 'HKLM:\SYSTEM\Setup\Status\SysprepStatus'
Add-Key "$current\Setup\State"
foreach ($phase in 'Cleanup', 'Generalize', 'Specialize') { Add-Key "$current\Setup\SysPrepExternal\$phase" }
Add-Key "$current\ReserveManager" ActiveScenario, ShippedWithReserves
Add-Key "$current\WindowsUpdate" SusClientId, SusClientIdValidation
Add-Key "$current\WSMAN\Listener" Port, enabled, certThumbprint -Recurse
foreach ($key in 'Component Based Servicing', 'Component Based Servicing\RebootPending', 'WindowsUpdate\Auto Update\RebootRequired') {
    Add-Key "$current\$key" Version
}
Add-Key 'HKLM:\SOFTWARE\Microsoft\ServerManager\ServicingStorage\ServerComponentCache' RestartRequired
Add-Key "$control\Session Manager" PendingFileRenameOperations, PendingFileRenameOperations2, BootExecute
Add-Key "$control\Session Manager\Environment" TEMP, TMP
Add-Key "$control\Session Manager\Memory Management" PagingFiles
Add-Key "$control\TimeZoneInformation" RealTimeIsUniversal, TimeZoneKeyName
Add-Key "$control\CrashControl" CrashDumpEnabled, DumpFile, NMICrashDump
Add-Key 'HKLM:\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps' DumpFolder, CrashCount, DumpCount, DumpType
$rdp = 'PortNumber', 'LanAdapter', 'UserAuthentication', 'SecurityLayer', 'KeepAliveTimeout', 'KeepAliveEnable', 'KeepAliveInterval',
    'fInheritReconnectSame', 'fReconnectSame', 'fDisableAutoReconnect', 'fDenyTSConnections', 'MaxInstanceCount', 'SSLCertificateSHA1Hash'
foreach ($key in "$control\Terminal Server", "$control\Terminal Server\WinStations\RDP-Tcp", "$policies\Terminal Services") {
    Add-Key $key $rdp
}
Add-Key $removable Deny_All, Deny_Read -Recurse
Add-Key $defender senseGuid
Add-Key "$defender\Status" OnboardingState
if (Test-Path -LiteralPath $sql) { foreach ($id in (Get-Item -LiteralPath $sql).GetSubKeyNames()) { Add-Key "$sql\$id" @() } }
Add-Key "$sql\Instance Names\SQL"
Add-Key "$services\WDSServer\Providers\WDSTFTP" RootFolder
foreach ($name in 'AppXSvc', 'cdrom', 'vmms', 'WDSServer', 'IAS', 'vmbus', 'storvsc', 'stornvme', 'RdAgent', 'WindowsAzureGuestAgent') {
    Add-Key "$services\$name" Start, Type, Group
}
foreach ($key in Get-ChildItem -LiteralPath $services) {
    if ($key.GetValue('Group') -eq 'PNP_TDI') { Add-Key "$services\$($key.PSChildName)" Start, Type, Group }
}
foreach ($object in @($bootManager, $console, $loader) -ne '') { Add-Key "HKLM:\BCD00000000\Objects\$object\Elements" Element -Recurse }

# Files: most of them only as names.
$sysprep, $panther = "$env:SystemRoot\System32\Sysprep", "$env:SystemRoot\Panther"
$files[$env:SystemRoot] = $null
$drives = @(Get-CimInstance -ClassName Win32_LogicalDisk | Where-Object { $_.FileSystem } | ForEach-Object { $_.DeviceID })
foreach ($folder in @(@($drives) + "$panther\Unattend", $panther, $sysprep | Where-Object { Test-Path -LiteralPath "$_\" })) {
    foreach ($file in Get-ChildItem -LiteralPath "$folder\" -Force) {
        if ($file.Name -in 'unattend.xml', 'autounattend.xml') { $files[$file.FullName] = '' }
    }
}
Add-Present "$sysprep\sysprep.exe", "$sysprep\Sysprep_succeeded.tag", "$panther\setupact.log", "$env:SystemRoot\WinSxS\pending.xml",
    "$env:SystemRoot\SMSCFG.INI"
Add-Present "$env:ProgramData\ssh\ssh_host_*_key*", "$env:ProgramData\AzureConnectedMachineAgent\Config\agentconfig.json",
    "$env:ProgramData\AzureConnectedMachineAgent\Certs\*", "$env:ProgramData\AzureConnectedMachineAgent\Tokens\*",
    "$env:ProgramData\Microsoft\Windows Defender Advanced Threat Protection\Cyber\*"
foreach ($key in @($registry.Keys -like '*\ProfileList\*')) {
    $folder = [Environment]::ExpandEnvironmentVariables("$($registry[$key].ProfileImagePath.value)")
    if (-not $folder) { continue }
    Add-Present "$([WildcardPattern]::Escape($folder))\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\*_history.txt"
    if (Test-Path -LiteralPath "$folder\.ansible_async") { $files["$folder\.ansible_async"] = $null }
}
foreach ($key in @($registry.Keys -like '*\SysPrepExternal\*')) {
    foreach ($entry in @($registry[$key].Values | ForEach-Object { [Environment]::ExpandEnvironmentVariables("$($_.value)") })) {
        $library = ($entry -replace ',[^,\\]*$', '').Trim().Trim('"')
        Add-Present $(if ($library -match '[\\/]') { $library } else { "$env:SystemRoot\System32\$library" })
    }
}
Add-Tail "$env:SystemRoot\Setup\State\State.ini"
foreach ($log in 'setupact.log', 'setuperr.log') { Add-Tail "$sysprep\Panther\$log" }
Add-Tail "$env:SystemRoot\Logs\CBS\CBS.log" '\[SR\]'
$iis = "$env:SystemRoot\System32\inetsrv\config\applicationHost.config"
if (Test-Path -LiteralPath $iis) {
    $configuration = [xml](Get-Content -LiteralPath $iis -Raw)
    foreach ($node in @($configuration.SelectNodes('//@* | //text() | //comment()'))) {
        $node.Value = if ($node.Value -like '`[enc:*') { '[enc:]' } else { '' }
    }
    $files[$iis] = $configuration.OuterXml
}

# The guest.
$features = $null
if (-not $isClient) {
    $features = @(foreach ($each in Get-WindowsFeature) {
            @{ name = $each.Name; display_name = $each.DisplayName; installed = [bool]$each.Installed; kind = "$($each.FeatureType)" }
        })
}
$users = @(foreach ($each in Get-LocalUser) {
        $row = Select-Data $each Name, SID, Enabled, PasswordLastSet, PasswordExpires, PasswordRequired
        @{
            name = $row.Name; sid = $row.SID; enabled = $row.Enabled; password_required = $row.PasswordRequired
            password_last_set = $row.PasswordLastSet; password_expires = $row.PasswordExpires
        }
    })
$processes = @(foreach ($each in Get-Process) {
        $row = Select-Data $each ProcessName, Id, StartTime
        @{ name = $row.ProcessName; id = $row.Id; started = $row.StartTime }
    })
$commands['missing'] = @($missing | Sort-Object -Unique)
$isInAzure = @(Get-CimInstance -ClassName Win32_SystemEnclosure).SMBIOSAssetTag -contains '7783-7084-3265-9085-8269-3286-77'
$guest = [ordered]@{
    name = "$((Get-CimInstance -ClassName Win32_ComputerSystem).Name)"
    uuid = "$((Get-CimInstance -ClassName Win32_ComputerSystemProduct).UUID)"
    platform = if ($isInAzure) { 'azure' } else { 'other' }
    registry = $registry; files = $files; services = $running; features = $features; processes = $processes; users = $users
    commands = $commands
    recorded = [ordered]@{
        time = ConvertTo-Plain (Get-Date); powershell = "$($PSVersionTable.PSVersion)"
        culture = "$([Globalization.CultureInfo]::CurrentUICulture)"
        outputs = $outputs; errors = $errors
    }
}
# ASCII, so that no encoding of any version of PowerShell matters.
$json = [regex]::Replace(($guest | ConvertTo-Json -Depth 20), '[^\x00-\x7f]', { param($match) '\u{0:x4}' -f [int][char]$match.Value })
Set-Content -LiteralPath $Path -Value $json -Encoding Ascii
